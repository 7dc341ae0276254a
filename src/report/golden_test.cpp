#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "diagnose/diagnose.h"
#include "report/report.h"
#include "tests/testing/census_builders.h"
#include "tests/testing/document_stack.h"

// The document's stack in every format, as approved. `tools/approve` rewrites the files once the
// difference has been read.
namespace plimsoll {
namespace {

struct Golden {
  const char* file;
  ScanResults shape;
  std::string (*render)(const Report&);
};

std::string text_en(const Report& report) { return render_text(report, Language::en, {}); }
std::string text_es(const Report& report) { return render_text(report, Language::es, {}); }
std::string markdown_en(const Report& report) { return render_markdown(report, Language::en); }
std::string markdown_es(const Report& report) { return render_markdown(report, Language::es); }
std::string html_es(const Report& report) { return render_html(report, Language::es); }
std::string json_en(const Report& report) { return render_json(report, Language::en); }

class DocumentStack : public testing::TestWithParam<Golden> {};

std::string read(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// The first line that differs, so that a failure is read without a tool.
void expect_same(const std::string& expected, const std::string& actual) {
  if (expected == actual) return;
  const auto [was, is] =
      std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end());
  const auto line = std::count(actual.begin(), is, '\n') + 1;
  const auto of = [](const std::string& text, std::size_t at) {
    const std::size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
    return text.substr(begin, text.find('\n', at) - begin);
  };
  const auto at = static_cast<std::size_t>(is - actual.begin());
  ADD_FAILURE() << "line " << line << " differs; read the difference, then run tools/approve\n- "
                << of(expected, static_cast<std::size_t>(was - expected.begin())) << "\n+ "
                << of(actual, at);
}

TEST_P(DocumentStack, reads_as_approved) {
  const Census census = document_stack(noon(), GetParam().shape);
  const Diagnosis diagnosis = diagnose(census);
  const std::string actual = GetParam().render({census, diagnosis});
  const auto path =
      std::filesystem::path{PLIMSOLL_SOURCE_DIR} / "tests/golden/report" / GetParam().file;
  if (std::getenv("PLIMSOLL_APPROVE") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << actual;
    GTEST_SKIP() << "written: " << path;
  }
  ASSERT_TRUE(std::filesystem::exists(path)) << path;
  expect_same(read(path), actual);
}

INSTANTIATE_TEST_SUITE_P(
    Report, DocumentStack,
    testing::Values(Golden{"document.en.txt", ScanResults::hypertable, text_en},
                    Golden{"document.es.txt", ScanResults::hypertable, text_es},
                    Golden{"document.en.md", ScanResults::hypertable, markdown_en},
                    Golden{"document.es.md", ScanResults::hypertable, markdown_es},
                    Golden{"document.es.html", ScanResults::hypertable, html_es},
                    Golden{"document.en.json", ScanResults::hypertable, json_en},
                    Golden{"plain.en.txt", ScanResults::plain_table, text_en}),
    [](const auto& test) {
      std::string name = test.param.file;
      for (char& c : name) {
        if (c == '.') c = '_';
      }
      return name;
    });

}  // namespace
}  // namespace plimsoll
