#include "apply/compose/unified_diff.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace plimsoll {
namespace {

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

struct Row {
  char sign;  ///< ' ', '-', '+'
  std::string_view line;
};

/// The longest common lines, by table: both sides are what is left between the first and the last
/// difference, a few lines. Beyond kMostCells all of one is replaced by all of the other.
std::vector<Row> differences(const Lines& before, const Lines& after) {
  constexpr std::size_t kMostCells = 4'000'000;
  const std::size_t rows = before.size(), columns = after.size();
  std::vector<Row> result;
  if ((rows + 1) * (columns + 1) > kMostCells) {
    for (const auto line : before) result.push_back({'-', line});
    for (const auto line : after) result.push_back({'+', line});
    return result;
  }
  std::vector<unsigned> common((rows + 1) * (columns + 1), 0);
  const auto at = [&](std::size_t i, std::size_t j) -> unsigned& {
    return common[i * (columns + 1) + j];
  };
  for (std::size_t i = rows; i-- > 0;) {
    for (std::size_t j = columns; j-- > 0;) {
      at(i, j) =
          before[i] == after[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
    }
  }
  std::size_t i = 0, j = 0;
  while (i < rows || j < columns) {
    if (i < rows && j < columns && before[i] == after[j]) {
      result.push_back({' ', before[i++]});
      ++j;
    } else if (i < rows && (j == columns || at(i + 1, j) >= at(i, j + 1))) {
      result.push_back({'-', before[i++]});
    } else {
      result.push_back({'+', after[j++]});
    }
  }
  return result;
}

std::vector<Row> all_rows(const Lines& before, const Lines& after) {
  const std::size_t shorter = std::min(before.size(), after.size());
  std::size_t head = 0, tail = 0;
  while (head < shorter && before[head] == after[head]) ++head;
  while (tail < shorter - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
    ++tail;
  const auto middle = [&](const Lines& lines) {
    return Lines{lines.begin() + static_cast<std::ptrdiff_t>(head),
                 lines.end() - static_cast<std::ptrdiff_t>(tail)};
  };
  std::vector<Row> rows;
  for (std::size_t i = 0; i < head; ++i) rows.push_back({' ', before[i]});
  for (const Row& row : differences(middle(before), middle(after))) rows.push_back(row);
  for (std::size_t i = before.size() - tail; i < before.size(); ++i)
    rows.push_back({' ', before[i]});
  return rows;
}

std::string range(std::size_t first, std::size_t count) {
  // diff names the line before where there are none.
  const std::string begin = std::to_string(count == 0 ? first : first + 1);
  return count == 1 ? begin : begin + "," + std::to_string(count);
}

std::string hunk(const std::vector<Row>& rows, std::size_t begin, std::size_t end,
                 std::size_t old_line, std::size_t new_line) {
  std::size_t old_count = 0, new_count = 0;
  std::string body;
  for (std::size_t i = begin; i < end; ++i) {
    old_count += rows[i].sign != '+' ? 1U : 0U;
    new_count += rows[i].sign != '-' ? 1U : 0U;
    body.append(1, rows[i].sign).append(rows[i].line);
    if (!rows[i].line.ends_with('\n')) body += "\n\\ No newline at end of file\n";
  }
  return "@@ -" + range(old_line, old_count) + " +" + range(new_line, new_count) + " @@\n" + body;
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, const std::string& path) {
  if (before == after) return {};
  const std::vector<Row> rows = all_rows(lines_of(before), lines_of(after));
  constexpr std::size_t kContext = 3;
  std::string result = "--- a/" + path + "\n+++ b/" + path + "\n";
  std::size_t old_line = 0, new_line = 0, done = 0;
  const auto pass_to = [&](std::size_t to) {
    for (; done < to; ++done) {
      old_line += rows[done].sign != '+' ? 1U : 0U;
      new_line += rows[done].sign != '-' ? 1U : 0U;
    }
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].sign == ' ') continue;
    const std::size_t begin = std::max(done, i < kContext ? 0 : i - kContext);
    std::size_t last = i;
    for (std::size_t j = i; j < rows.size() && j <= last + 2 * kContext + 1; ++j) {
      if (rows[j].sign != ' ') last = j;
    }
    const std::size_t end = std::min(rows.size(), last + kContext + 1);
    pass_to(begin);
    result += hunk(rows, begin, end, old_line, new_line);
    pass_to(end);
    i = end - 1;
  }
  return result;
}

}  // namespace plimsoll
