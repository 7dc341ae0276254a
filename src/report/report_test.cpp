#include "report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "diagnose/diagnose.h"
#include "report/command_words.h"
#include "report/layout.h"
#include "tests/testing/census_builders.h"
#include "tests/testing/document_stack.h"

namespace plimsoll {
namespace {

using testing::HasSubstr;
using testing::Not;

/// What a hostile server may call things: every renderer shows it and none obeys it.
const std::vector<std::string>& hostile_names() {
  static const std::vector<std::string> kNames{
      "a|b`c*d_e",
      "<script>alert(1)</script>",
      "\"quoted\" 'names'; DROP TABLE x",
      "line\nbreak\n# heading\n```\nfence",
      "\x1b[2J\x1b]0;owned\x07",
      "\xff\xfe broken \xc3",
      "{} {0} {:d}",
      std::string("nul\0inside", 10),
      "SQL\nrm -rf $HOME\nREDIS\n$(reboot)",
      "\xe2\x80\xae"
      "reversed",
      std::string(300, 'x'),
      "日本語の名前",
      "",
  };
  return kNames;
}

struct Sample {
  Census census;
  Diagnosis diagnosis;
};

/// Everything a server can name is `name`, and so is everything it says.
Sample sample_named(const std::string& name) {
  Sample sample;
  Census& census = sample.census;
  census = document_stack(noon());
  census.postgres[0].tables[0].name = name;
  census.postgres[0].tables[0].widest_columns = {{name, 100}};
  census.redis[0].streams[0].key = name;
  census.docker->containers[0].name = name;
  census.targets[0].edition = name;
  census.targets.push_back({name, TargetKind::postgres, name, "", "", false});
  sample.diagnosis = diagnose(census);
  Finding finding;
  finding.rule = Rule::table_only_grows;
  finding.severity = Severity::critical;
  finding.store = id_of(census.postgres[0], census.postgres[0].tables[0]);
  finding.title = verbatim(name);
  finding.cause = verbatim(name);
  finding.remedy = verbatim(name);
  finding.commands = {"DELETE FROM \"" + name + "\" WHERE true;", "UNLINK \"" + name + "\"", name,
                      "docker rm " + name};
  finding.evidence = {{name, name, name, name, noon()}};
  sample.diagnosis.findings.push_back(finding);
  sample.diagnosis.gaps.push_back({name, verbatim(name), verbatim(name), verbatim(name)});
  return sample;
}

bool has_control_character(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n') || byte == 0x7F;
  });
}

/// Text that printable() leaves alone, newlines apart, is valid UTF-8 without anything hidden.
bool is_clean(const std::string& text) {
  for (const std::string_view line : split(text, '\n')) {
    if (printable(line) != line) return false;
  }
  return true;
}

/// What a reader of Markdown takes as text and not as code: the lines outside fences.
std::string outside_fences(const std::string& markdown) {
  std::string kept;
  std::string fence;
  for (const std::string_view line : split(markdown, '\n')) {
    const std::size_t ticks = std::min(line.find_first_not_of('`'), line.size());
    if (fence.empty() && ticks >= 3) {
      fence = std::string(ticks, '`');
    } else if (!fence.empty() && line == fence) {
      fence.clear();
    } else if (fence.empty()) {
      kept += std::string{line} + "\n";
    }
  }
  EXPECT_TRUE(fence.empty()) << "a fence is never closed";
  return kept;
}

class HostileNames : public testing::TestWithParam<std::size_t> {};

TEST_P(HostileNames, are_shown_and_not_obeyed) {
  const Sample sample = sample_named(hostile_names().at(GetParam()));
  const Report report{sample.census, sample.diagnosis};
  for (const Language language : {Language::en, Language::es}) {
    const std::string text = render_text(report, language, {});
    EXPECT_FALSE(has_control_character(text));
    EXPECT_TRUE(is_clean(text));
    const std::string markdown = render_markdown(report, language);
    EXPECT_TRUE(is_clean(markdown));
    EXPECT_THAT(outside_fences(markdown), Not(HasSubstr("\n# heading")));
    EXPECT_THAT(outside_fences(markdown), HasSubstr("## "));
    const std::string html = render_html(report, language);
    EXPECT_TRUE(is_clean(html));
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    const auto json = nlohmann::json::parse(render_json(report, language));
    EXPECT_EQ(json.at("schema"), "plimsoll.diagnosis/1");
  }
}

INSTANTIATE_TEST_SUITE_P(Each, HostileNames,
                         testing::Range(std::size_t{0}, hostile_names().size()));

/// Lines of commands may be wider than the terminal: they are copied, not read.
void expect_narrow(const Report& report, Language language, int columns, bool utf8) {
  TextStyle style;
  style.columns = columns;
  style.utf8 = utf8;
  std::vector<std::string> commands;
  for (const Finding& finding : report.diagnosis.findings) {
    for (const std::string& command : finding.commands) {
      for (const std::string& line : command_lines(command)) commands.push_back(line);
    }
  }
  const std::string text = render_text(report, language, style);
  for (const std::string_view line : split(text, '\n')) {
    if (display_width(line) <= static_cast<std::size_t>(columns)) continue;
    const bool command = std::any_of(commands.begin(), commands.end(), [&](const auto& whole) {
      std::string_view part = trim(line);
      if (part.size() > 2 && part.substr(part.size() - 2) == " \\") part.remove_suffix(2);
      return whole.find(part) != std::string::npos;
    });
    EXPECT_TRUE(command) << columns << " columns: " << line;
  }
}

TEST(Text, is_never_wider_than_the_terminal) {
  const Census census = document_stack(noon());
  const Diagnosis diagnosis = diagnose(census);
  for (int columns = 60; columns <= 120; ++columns) {
    expect_narrow({census, diagnosis}, Language::en, columns, true);
    expect_narrow({census, diagnosis}, Language::es, columns, columns % 2 == 0);
  }
}

TEST(Text, is_never_wider_than_the_terminal_whatever_the_names) {
  for (const std::string& name : hostile_names()) {
    const Sample sample = sample_named(name);
    for (const int columns : {60, 80, 120}) {
      expect_narrow({sample.census, sample.diagnosis}, Language::es, columns, true);
    }
  }
}

TEST(Text, uses_colour_only_when_asked_and_changes_nothing_else) {
  const Census census = document_stack(noon());
  const Diagnosis diagnosis = diagnose(census);
  TextStyle style;
  const std::string plain = render_text({census, diagnosis}, Language::en, style);
  EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
  style.colour = true;
  std::string coloured = render_text({census, diagnosis}, Language::en, style);
  EXPECT_THAT(coloured, HasSubstr("\x1b["));
  for (std::size_t at = coloured.find('\x1b'); at != std::string::npos;
       at = coloured.find('\x1b')) {
    coloured.erase(at, coloured.find('m', at) - at + 1);
  }
  const auto words = [](const std::string& text) {
    std::string kept;
    for (const std::string_view line : split(text, '\n')) {
      const std::size_t end = line.find_last_not_of(' ');
      kept += std::string{line.substr(0, end == std::string_view::npos ? 0 : end + 1)} + "\n";
    }
    return kept;
  };
  EXPECT_EQ(words(coloured), words(plain));
}

TEST(Text, draws_in_ascii_where_the_locale_is_not_utf8) {
  Census census;
  census.taken_at = noon();
  TextStyle style;
  style.utf8 = false;
  census.targets = {{"main", TargetKind::redis, "redis://h", "7.0.15", "", true}};
  census.redis = {document_redis(noon())};
  const std::string text = render_text({census, {}}, Language::en, style);
  for (const char c : text) EXPECT_LT(static_cast<unsigned char>(c), 0x80) << c;
}

TEST(Text, says_first_what_fills_next) {
  const Census census = document_stack(noon());
  const Diagnosis diagnosis = diagnose(census);
  const std::string text = render_text({census, diagnosis}, Language::en, {});
  const auto lines = split(text, '\n');
  ASSERT_GT(lines.size(), 4U);
  EXPECT_THAT(std::string{lines[2]}, HasSubstr("the disk under PostgreSQL main"));
}

Census empty_server() {
  Census census;
  census.taken_at = noon();
  census.targets = {{"main", TargetKind::postgres, "postgresql://h/db", "15.14", "", true}};
  PostgresCensus server;
  server.target = "main";
  server.taken_at = noon();
  census.postgres = {server};
  return census;
}

TEST(Report, of_an_empty_server_says_what_was_looked_at) {
  const Census census = empty_server();
  const std::string text = render_text({census, {}}, Language::en, {});
  EXPECT_THAT(text, HasSubstr("Nothing grows without a bound"));
  EXPECT_THAT(text, HasSubstr("0 tables"));
  EXPECT_THAT(render_markdown({census, {}}, Language::es), HasSubstr("nada crece sin límite"));
  EXPECT_THAT(render_html({census, {}}, Language::es), HasSubstr("nada crece sin límite"));
}

TEST(Report, of_nothing_reachable_does_not_say_that_all_is_well) {
  Census census;
  census.taken_at = noon();
  census.targets = {{"main", TargetKind::postgres, "postgresql://h/db", "", "", false},
                    {"host", TargetKind::host, "", "", "", true}};
  Diagnosis diagnosis;
  diagnosis.gaps = {{"postgres/main", say("the server", "el servidor"),
                     say("connection refused", "conexión rechazada"),
                     say("start it", "arráncalo")}};
  const std::string text = render_text({census, diagnosis}, Language::en, {});
  EXPECT_THAT(text, HasSubstr("Nothing could be reached"));
  EXPECT_THAT(text, HasSubstr("connection refused"));
  EXPECT_THAT(text, Not(HasSubstr("Nothing grows")));
  const std::string markdown = render_markdown({census, diagnosis}, Language::es);
  EXPECT_THAT(markdown, HasSubstr("No se ha podido llegar a ningún destino"));
  EXPECT_THAT(markdown, HasSubstr("conexión rechazada"));
}

TEST(Report, of_no_target_at_all_says_so) {
  Census census;
  census.taken_at = noon();
  EXPECT_THAT(render_text({census, {}}, Language::es, {}), HasSubstr("ningún servidor"));
}

TEST(Json, tells_unknown_from_unlimited_from_zero) {
  Census census = empty_server();
  census.redis = {document_redis(noon())};
  census.redis[0].maxmemory = Unbounded{};
  Diagnosis diagnosis;
  Finding finding;
  finding.store = "redis/main/memory/used_memory";
  finding.evidence = {{"maxmemory", Unbounded{}, "bytes", "INFO memory", noon()},
                      {"evicted_keys", std::int64_t{0}, "keys", "INFO stats", noon()},
                      {"bind", Unknown{}, "", "CONFIG GET bind", noon()}};
  diagnosis.findings = {finding};
  const auto json = nlohmann::json::parse(render_json({census, diagnosis}, Language::en));
  const auto& evidence = json.at("findings").at(0).at("evidence");
  EXPECT_EQ(evidence.at(0).at("value"), "unlimited");
  EXPECT_EQ(evidence.at(1).at("value"), 0);
  EXPECT_TRUE(evidence.at(2).at("value").is_null());
  EXPECT_TRUE(json.at("findings").at(0).at("frees_bytes").is_null());
  EXPECT_EQ(json.at("taken_at"), "2025-11-11T17:00:00Z");
}

TEST(Json, has_every_field_of_the_contract) {
  const Census census = document_stack(noon());
  const Diagnosis diagnosis = diagnose(census);
  const auto json = nlohmann::json::parse(render_json({census, diagnosis}, Language::en));
  for (const char* field : {"schema", "taken_at", "targets", "stores", "findings", "gaps"}) {
    EXPECT_TRUE(json.contains(field)) << field;
  }
  ASSERT_FALSE(json.at("stores").empty());
  for (const char* field : {"id", "kind", "bytes", "items", "items_exact", "oldest", "newest",
                            "growth", "bound", "line_bytes", "seconds_to_line"}) {
    EXPECT_TRUE(json.at("stores").at(0).contains(field)) << field;
  }
  ASSERT_FALSE(json.at("findings").empty());
  for (const char* field : {"rule", "severity", "store", "title", "evidence", "cause", "remedy",
                            "frees_bytes", "steady_state_bytes", "commands"}) {
    EXPECT_TRUE(json.at("findings").at(0).contains(field)) << field;
  }
}

TEST(Html, asks_nobody_for_anything) {
  const Census census = document_stack(noon());
  const Diagnosis diagnosis = diagnose(census);
  const std::string html = render_html({census, diagnosis}, Language::es);
  for (const char* forbidden : {"<script", "http://", "https://", " src=", "url(", "@import",
                                "<link", "<iframe", "onload", "javascript:"}) {
    EXPECT_THAT(html, Not(HasSubstr(forbidden)));
  }
  EXPECT_THAT(html, HasSubstr("<html lang=\"es\">"));
  EXPECT_THAT(html, HasSubstr("scope=\"col\""));
  EXPECT_THAT(html, HasSubstr("prefers-color-scheme: dark"));
}

TEST(Markdown, has_the_sections_of_the_document_in_its_order) {
  const Census census = document_stack(noon());
  const Diagnosis diagnosis = diagnose(census);
  const std::string markdown = render_markdown({census, diagnosis}, Language::es);
  std::size_t at = 0;
  for (const char* section :
       {"## Resumen ejecutivo", "## Problemas identificados", "## Soluciones inmediatas",
        "## Script de limpieza inmediata", "## Resultados esperados",
        "## Plan de acción recomendado", "### Inmediato (hoy)", "### Corto plazo (esta semana)",
        "### Mediano plazo (próximas semanas)", "## Monitoring continuo", "## Notas adicionales",
        "## Advertencia"}) {
    const std::size_t found = markdown.find(section);
    ASSERT_NE(found, std::string::npos) << section;
    EXPECT_GT(found, at) << section;
    at = found;
  }
}

}  // namespace
}  // namespace plimsoll
