#include "base/text.h"
#include "policy/sections.h"

namespace plimsoll {
namespace {

Keep read_keep(const Section& rule) {
  if (!rule.has("keep")) return {};
  if (rule.text("keep") == "forever") return Forever{};
  return *keep_span(rule);
}

/// A chunk goes as a whole, once its youngest row is too old.
void check_spans(const Section& section, const TableRule& rule) {
  const auto* keep = std::get_if<Seconds>(&rule.keep);
  if (keep == nullptr) return;
  if (rule.chunk && *rule.chunk > *keep) {
    section.refuse("chunk",
                   say("'chunk' is longer than 'keep': whole chunks are dropped, so this would "
                       "keep up to twice as long, or longer",
                       "'chunk' es más largo que 'keep': se borran chunks enteros, así que "
                       "conservaría hasta el doble de tiempo, o más"),
                   say("a tenth to a fifth of 'keep' is usual",
                       "lo usual es entre un décimo y un quinto de 'keep'"));
  }
  if (rule.compress_after && *rule.compress_after >= *keep) {
    section.refuse("compress_after",
                   say("'compress_after' is not before 'keep' ends: rows would be dropped before "
                       "they are compressed",
                       "'compress_after' no llega antes de que acabe 'keep': las filas se "
                       "borrarían antes de comprimirse"));
  }
}

void check_plain(const Section& section, const TableRule& rule) {
  if (!rule.plain) return;
  for (const char* key : {"chunk", "compress_after"}) {
    if (section.has(key)) {
      section.refuse(key,
                     say("a table that must stay plain has no '{}'",
                         "una tabla que debe seguir simple no tiene '{}'", {key}),
                     say("remove it, or 'plain: true'", "quítelo, o quite 'plain: true'"));
    }
  }
}

/// One period for every table there is would be a guess about data nobody looked at.
void check_everything(const Section& section) {
  for (const char* key : {"time", "keep", "chunk", "compress_after", "plain"}) {
    if (section.has(key)) {
      section.refuse(key,
                     say("\"*\" of 'tables' holds only 'unbounded'",
                         "\"*\" de 'tables' solo admite 'unbounded'"),
                     say("name the tables, or give a pattern such as \"events_*\"",
                         "nombre las tablas, o dé un patrón como \"events_*\""));
    }
  }
}

}  // namespace

std::optional<Seconds> keep_span(const Section& rule) {
  const auto keep = rule.span("keep", say("it would keep nothing", "no conservaría nada"));
  if (keep && *keep < std::chrono::minutes{1}) {
    rule.refuse("keep",
                say("'keep' is under a minute: rows would go while they are being written",
                    "'keep' no llega a un minuto: los datos se borrarían mientras se escriben"));
  }
  return keep;
}

std::vector<TableRule> read_tables(const YAML::Node& node, const std::string& file) {
  std::vector<TableRule> rules;
  for (const auto& named : rules_of(node, "tables", "{ keep: 7d }")) {
    const Section section{named.node, "tables.*", printable(named.pattern)};
    if (named.pattern == "*") check_everything(section);
    TableRule rule;
    rule.pattern = named.pattern;
    rule.origin = origin_of(file, named.mark);
    rule.time = section.text("time");
    rule.keep = read_keep(section);
    rule.chunk = section.span("chunk", say("a chunk has a length", "un chunk tiene una duración"));
    rule.compress_after =
        section.span("compress_after", say("it would compress what is still being written",
                                           "comprimiría lo que aún se está escribiendo"));
    rule.plain = section.flag("plain", false);
    rule.refuse_unbounded = section.word("unbounded", {"report", "refuse"}) == "refuse";
    check_plain(section, rule);
    check_spans(section, rule);
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace plimsoll
