#include <gtest/gtest.h>

#include "policy/config.h"

namespace plimsoll {
namespace {

struct MistakeCase {
  std::string yaml, place, says, dice;
};
class SectionMistake : public testing::TestWithParam<MistakeCase> {};

TEST_P(SectionMistake, is_told_by_line_and_column_in_both_languages) {
  const auto& [yaml, place, says, dice] = GetParam();
  const auto config = parse_config("version: 1\n" + yaml + "\n", "p.yaml");
  ASSERT_FALSE(config) << yaml;
  EXPECT_EQ(config.error().code, ErrorCode::malformed);
  const Text& what = config.error().what;
  EXPECT_TRUE(what.en.starts_with("p.yaml:" + place + ": ")) << what.en;
  EXPECT_TRUE(what.es.starts_with("p.yaml:" + place + ": ")) << what.es;
  EXPECT_NE(what.en.find(says), std::string::npos) << what.en;
  EXPECT_NE(what.es.find(dice), std::string::npos) << what.es;
}

MistakeCase table(const std::string& rule, const std::string& place, std::string says,
                  std::string dice) {
  return {"tables: { t: { " + rule + " } }", "2:" + place, std::move(says), std::move(dice)};
}
MistakeCase stream(const std::string& rule, const std::string& place, std::string says,
                   std::string dice) {
  return {"streams: { s: { " + rule + " } }", "2:" + place, std::move(says), std::move(dice)};
}
MistakeCase container(const std::string& rule, const std::string& place, std::string says,
                      std::string dice) {
  return {"containers: { c: { " + rule + " } }", "2:" + place, std::move(says), std::move(dice)};
}

INSTANTIATE_TEST_SUITE_P(
    Tables, SectionMistake,
    testing::Values(
        table("kepe: 7d", "16", "unknown key 'kepe'", "clave desconocida 'kepe'"),
        table("keep: 7d, keep: 8d", "26", "'keep' is there twice", "'keep' aparece dos veces"),
        table("keep: 7 days", "22", "must be a time span such as 7d", "debe ser un lapso"),
        table("keep: 1000000", "22", "must be a time span", "debe ser un lapso"),
        table("keep: -7d", "22", "must be a time span", "debe ser un lapso"),
        table("keep: [7d]", "22", "must be a text", "debe ser un texto"),
        table("keep: 0d", "22", "must not be zero: it would keep nothing",
              "no puede ser cero: no conservaría nada"),
        table("keep: 59s", "22", "under a minute", "no llega a un minuto"),
        table("keep: 7d, chunk: 8d", "33", "up to twice as long", "hasta el doble"),
        table("keep: 7d, chunk: 0d", "33", "must not be zero", "no puede ser cero"),
        table("keep: 7d, compress_after: 7d", "42", "before they are compressed",
              "antes de comprimirse"),
        table("keep: 7d, plain: yes", "33", "one of true, false", "uno de true, false"),
        table("keep: 7d, plain: true, chunk: 1d", "46", "must stay plain", "debe seguir simple"),
        table("unbounded: maybe", "27", "one of report, refuse", "uno de report, refuse"),
        MistakeCase{"tables: { t: {} }", "2:11", "says nothing", "no dice nada"},
        MistakeCase{"tables: { t: 7d }", "2:11", "says nothing", "no dice nada"},
        MistakeCase{"tables:\n  t: { keep: 7d }\n  \"t\": { keep: 8d }", "4:3",
                    "'t' is there twice", "'t' aparece dos veces"},
        MistakeCase{"tables: { \"\": { keep: 7d } }", "2:11", "is empty", "está vacío"},
        MistakeCase{"tables: { [a]: { keep: 7d } }", "2:11", "must be a text", "un texto"},
        MistakeCase{"tables: [a]", "2:9", "keys and values", "claves y valores"},
        MistakeCase{"tables: { \"*\": { keep: 7d } }", "2:24", "only 'unbounded'",
                    "solo admite 'unbounded'"}));

INSTANTIATE_TEST_SUITE_P(
    Streams, SectionMistake,
    testing::Values(
        stream("maxlen: 0", "25", "must not be zero: it would keep nothing", "no conservaría nada"),
        stream("maxlen: 10k", "25", "must be a whole number", "un número entero"),
        stream("maxlen: -1", "25", "must be a whole number", "un número entero"),
        stream("maxlen: 99999999999999999999", "25", "must be a whole number", "un número entero"),
        stream("max_bytes: 0", "28", "must not be zero", "no puede ser cero"),
        stream("max_bytes: 64", "28", "under one node", "no llega a un nodo"),
        stream("max_bytes: 1.5GB", "28", "must be a size such as 64MB", "debe ser un tamaño"),
        stream("keep: 0s", "23", "must not be zero", "no puede ser cero"),
        stream("keep: forever", "23", "must be a time span", "debe ser un lapso"),
        stream("maxlen: 10, keep: 1h", "35", "one bound, and 'maxlen'", "un solo límite"),
        stream("max_bytes: 64MB, maxlen: 10", "28", "one bound", "un solo límite"),
        stream("exact: true", "24", "there is none", "no hay ninguno"),
        stream("orphan: remove", "25", "delete, keep or { expire: 7d }", "delete, keep o"),
        stream("orphan: {}", "25", "delete, keep or", "delete, keep o"),
        stream("orphan: [delete]", "25", "delete, keep or", "delete, keep o"),
        stream("orphan: { expire: 0d }", "35", "orphan: delete", "orphan: delete"),
        stream("orphan: { after: 1d }", "27", "unknown key 'after'", "clave desconocida"),
        stream("dead_consumers: 10s", "33", "under a minute", "no llega a un minuto"),
        stream("dangling: drop", "27", "one of acknowledge, keep", "uno de"),
        MistakeCase{"keys: { a: { keep: 7d } }", "2:20", "one of forever", "uno de forever"},
        MistakeCase{"keys: { a: { ttl: 0s } }", "2:19", "must not be zero", "no puede ser cero"},
        MistakeCase{"keys: { a: { keep: forever, ttl: 1d } }", "2:34", "contradicts",
                    "contradice"}));

INSTANTIATE_TEST_SUITE_P(
    Memory, SectionMistake,
    testing::Values(
        container("limit: 0", "27", "Docker reads 0 as no limit", "como sin límite"),
        container("limit: 4", "27", "under 6 MB", "no llega a 6 MB"),
        container("limit: 4X", "27", "must be a size", "debe ser un tamaño"),
        container("limit: 1G, reservation: 2G", "44", "above 'limit'", "mayor que 'limit'"),
        container("log: { max_size: 0 }", "37", "must not be zero", "no puede ser cero"),
        container("log: { max_file: 3 }", "37", "bounds nothing", "no limita nada"),
        container("log: { max_size: 1M, max_file: 99999 }", "51", "over 1000", "pasa de 1000"),
        container("log: json-file", "25", "keys and values", "claves y valores"),
        MistakeCase{"redis: { maxmemory: 0 }", "2:21", "Redis reads 0 as no limit",
                    "como sin límite"},
        MistakeCase{"redis: { maxmemory: 2 }", "2:21", "under 1 MB", "no llega a 1 MB"},
        MistakeCase{"redis: { maxmemory-policy: noeviction }", "2:10", "unknown key",
                    "clave desconocida"},
        MistakeCase{"redis: { eviction: lru }", "2:20", "one of noeviction", "uno de noeviction"}));

MistakeCase window(const std::string& text, std::string says, std::string dice) {
  return {"maintenance: { windows: [\"" + text + "\"] }", "2:26", std::move(says), std::move(dice)};
}

INSTANTIATE_TEST_SUITE_P(
    Maintenance, SectionMistake,
    testing::Values(
        MistakeCase{"maintenance: { calendar: XLON }", "2:26", "one of XNYS", "uno de XNYS"},
        MistakeCase{"maintenance: { windows: weekends }", "2:25", "must be a list", "una lista"},
        window("weekend", "no window", "no es una ventana"),
        window("25:00-04:00 UTC", "no window", "no es una ventana"),
        window("20:60-04:00 UTC", "no window", "no es una ventana"),
        window("+1:00-04:00 UTC", "no window", "no es una ventana"),
        window("24:00-04:00 UTC", "no window", "no es una ventana"),
        window("20:00 - 04:00 UTC", "no window", "no es una ventana"),
        window("20:00-04:00", "names its time zone", "nombra su huso"),
        window("04:00-04:00 UTC", "never open", "no se abre nunca"),
        window("20:00-04:00 America/NewYork", "knows no time zone 'America/NewYork'",
               "no conoce el huso 'America/NewYork'"),
        window("weekends Mars/Olympus", "knows no time zone", "no conoce el huso")));

INSTANTIATE_TEST_SUITE_P(
    Watch, SectionMistake,
    testing::Values(
        MistakeCase{"alerts: { usage: { fire_above: 0.8 } }", "2:32", "a percentage such as 80%",
                    "un porcentaje"},
        MistakeCase{"alerts: { usage: { fire_above: 120% } }", "2:32", "a percentage",
                    "porcentaje"},
        MistakeCase{"alerts: { usage: { fire_above: nan% } }", "2:32", "a percentage",
                    "porcentaje"},
        MistakeCase{"alerts: { usage: { fire_above: 70% } }", "2:18", "not below 'fire_above'",
                    "por debajo de 'fire_above'"},
        MistakeCase{"alerts: { time_to_full: { warn: 1h } }", "2:25", "not shorter than 'warn'",
                    "no es menor que 'warn'"},
        MistakeCase{"alerts: { notify: [{ webhook: hunter2 }] }", "2:31", "needs an address",
                    "necesita una dirección"},
        MistakeCase{"alerts: { notify: [{ pager: x }] }", "2:22", "unknown key 'pager'",
                    "clave desconocida"},
        MistakeCase{"alerts: { notify: [{ email: a, ntfy: b }] }", "2:20", "one channel",
                    "un canal"},
        MistakeCase{"alerts: { notify: [email] }", "2:20", "keys and values", "claves y valores"},
        MistakeCase{"accept: [{ rule: x }]", "2:10", "'why' is missing", "falta 'why'"},
        MistakeCase{"accept: [{ why: x, rule: '' }]", "2:26", "'rule' is missing", "falta 'rule'"},
        MistakeCase{"accept: { rule: x }", "2:9", "must be a list", "debe ser una lista"},
        MistakeCase{"guard: { sample_every: 0s }", "2:24", "must not be zero", "no puede ser cero"},
        MistakeCase{"guard: { history_budget: 64 }", "2:26", "under 1 MB", "no llega a 1 MB"},
        MistakeCase{"guard: { listen: 8420 }", "2:18", "an address and a port",
                    "una dirección y un puerto"},
        MistakeCase{"guard: { listen: 'a:70000' }", "2:18", "an address and a port", "un puerto"}));

INSTANTIATE_TEST_SUITE_P(
    Documents, SectionMistake,
    testing::Values(MistakeCase{"---\nversion: 1", "2:1", "goes on after its document ends",
                                "sigue después de que acabe"},
                    MistakeCase{"...\n---\nredis: {}", "3:1", "goes on after", "sigue después"},
                    MistakeCase{"<<: &a { x: 1 }", "2:1", "unknown key '<<'",
                                "clave desconocida '<<'"}));

TEST(SectionMistake, no_mistake_repeats_the_address_of_a_channel) {
  for (const char* notify : {"[{ webhook: hunter2 }]", "[{ webhook: [hunter2] }]",
                             "[{ slack: hunter2, email: hunter2 }]", "hunter2"}) {
    const auto config =
        parse_config("version: 1\nalerts: { notify: " + std::string{notify} + " }\n", "p.yaml");
    ASSERT_FALSE(config) << notify;
    for (const Text& text : {config.error().what, config.error().hint}) {
      EXPECT_EQ(text.en.find("hunter2"), std::string::npos) << text.en;
      EXPECT_EQ(text.es.find("hunter2"), std::string::npos) << text.es;
    }
  }
}

}  // namespace
}  // namespace plimsoll
