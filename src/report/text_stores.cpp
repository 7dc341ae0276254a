#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/store_words.h"
#include "report/text_report.h"
#include "report/words.h"

namespace plimsoll {
namespace {

constexpr std::size_t kRowsPerTarget = 12;
constexpr std::size_t kSize = 8;
constexpr std::size_t kShare = 4;
constexpr std::size_t kGrowth = 8;
constexpr std::size_t kTime = 6;
constexpr std::size_t kNarrow = 76;  // below it: no bar, no share

struct Columns {
  std::size_t name, bar, share, bound;
};

Columns columns_for(std::size_t width) {
  Columns columns{};
  const bool wide = width >= kNarrow;
  columns.bar = wide ? std::clamp<std::size_t>(width / 13, 6, 16) : 0;
  columns.share = wide ? kShare : 0;
  columns.bound = wide ? std::clamp<std::size_t>(width / 8, 10, 20) : 9;
  const std::size_t taken = 1 + kSize + 1 + kGrowth + 1 + columns.bound + 1 + kTime + 1 +
                            (wide ? columns.bar + 1 + columns.share + 1 : 0);
  columns.name = width > taken + 8 ? width - taken : 8;
  return columns;
}

/// Part of what its target holds; of the line for what has one of its own (a disk, a container).
std::optional<double> share_of(const Store& store, const std::optional<Bytes>& target_bytes) {
  if (!store.bytes) return std::nullopt;
  const auto* line = std::get_if<Bytes>(&store.line);
  const bool own_line =
      store.kind == "file_system" || store.kind == "container" || store.kind == "redis_memory";
  const std::optional<Bytes> whole =
      own_line ? (line == nullptr ? std::nullopt : std::optional<Bytes>{*line}) : target_bytes;
  if (!whole || whole->count() <= 0 || store.kind == "volume") return std::nullopt;
  return static_cast<double>(store.bytes->count()) / static_cast<double>(whole->count());
}

Ink bar_ink(const Store& store) {
  if (store.bound.kind == BoundKind::none) return Ink::bad;
  return store.bound.kind == BoundKind::unknown ? Ink::faint : Ink::good;
}

/// One row; empty cells are empty, so that "?" stays what it is: not known.
struct Row {
  std::string name, size, drawn_bar, share, growth, bound, time;
};

std::string joined(const Canvas& canvas, const Columns& columns, const Row& row) {
  const Glyphs& with = canvas.with();
  std::string line = " " + left(fit_middle(row.name, columns.name, with), columns.name, with) +
                     " " + right(row.size, kSize, with) + " ";
  if (columns.bar > 0) {
    line += (row.drawn_bar.empty() ? std::string(columns.bar, ' ') : row.drawn_bar) + " " +
            right(row.share, columns.share, with) + " ";
  }
  return line + right(row.growth, kGrowth, with) + " " + left(row.bound, columns.bound, with) +
         " " + right(row.time, kTime, with);
}

void draw_heads(Canvas& canvas, const Columns& columns) {
  Row row;
  row.name = canvas.word("store", "almacén");
  row.size = canvas.word("size", "tamaño");
  row.growth = canvas.word("per day", "al día");
  row.bound = canvas.word("bound", "límite");
  row.time = canvas.word("full", "lleno");
  canvas.line(canvas.paint(joined(canvas, columns, row), Ink::faint));
}

/// "+808 MB", "0", "?": the column's title says that it is a day's.
std::string short_growth(const Canvas& canvas, const Store& store) {
  if (!store.growth || !store.growth->bytes_per_day) return "?";
  const double rate = *store.growth->bytes_per_day;
  if (std::abs(rate) < 1) return "0";
  const Bytes a_day{static_cast<std::int64_t>(std::llround(rate))};
  return (rate > 0 ? "+" : "") + canvas.value(a_day);
}

std::string short_share(const Canvas& canvas, double share) {
  if (share < 0.005) return canvas.word("<1%", "<1%");
  return std::to_string(std::llround(share * 100)) + "%";
}

void draw_store(Canvas& canvas, const Columns& columns, const Store& store,
                const std::optional<Bytes>& target_bytes) {
  const Language language = canvas.language();
  // A name says which kind it is only where the kind is not the target's usual one.
  const bool usual = item_unit(store.kind).en == "rows" || store.kind == "stream" ||
                     store.kind == "key_family" || store.kind == "key" || store.kind == "container";
  const auto share = share_of(store, target_bytes);
  const auto within = time_to_line(store);
  Row row;
  row.name = short_name(store.id);
  if (!usual) row.name = kind_words(store.kind).in(language) + " " + row.name;
  row.size = store.bytes ? canvas.value(*store.bytes) : std::string{"?"};
  if (share && columns.bar > 0) {
    row.drawn_bar = canvas.paint(bar(*share, columns.bar, canvas.with()), bar_ink(store));
    row.share = short_share(canvas, *share);
  }
  row.growth = short_growth(canvas, store);
  row.bound = short_bound_words(store.bound).in(language);
  if (within) row.time = short_span(*within, language);
  canvas.line(joined(canvas, columns, row));
}

void draw_rest(Canvas& canvas, const Columns& columns, const std::vector<const Store*>& rest) {
  if (rest.empty()) return;
  Bytes sum;
  for (const Store* store : rest) sum += store->bytes.value_or(Bytes{});
  const auto count = static_cast<std::int64_t>(rest.size());
  const Glyphs& with = canvas.with();
  canvas.line(
      canvas.paint(" " + left(canvas.word("and {} more", "y {} más", {count}), columns.name, with) +
                       " " + right(canvas.value(sum), kSize, with),
                   Ink::faint));
}

void draw_target(Canvas& canvas, const Columns& columns, const Overview& overview,
                 const Holding& holding) {
  const std::string prefix =
      std::string{name_of(holding.target->kind)} + "/" + holding.target->name + "/";
  std::vector<const Store*> shown;
  std::vector<const Store*> rest;
  for (const Store& store : overview.stores) {
    if (store.id.compare(0, prefix.size(), prefix) != 0) continue;
    (shown.size() < kRowsPerTarget ? shown : rest).push_back(&store);
  }
  if (shown.empty()) return;
  canvas.line();
  const std::string title = target_title(*holding.target, canvas.language());
  std::string about = printable(holding.target->version);
  if (!holding.target->edition.empty()) {
    about += (about.empty() ? "" : ", ") + printable(holding.target->edition);
  }
  canvas.line(
      canvas.paint(fit(title, canvas.columns(), canvas.with()), Ink::strong) + " " +
      canvas.paint(
          fit(about, canvas.columns() - std::min(canvas.columns(), display_width(title) + 1),
              canvas.with()),
          Ink::faint));
  draw_heads(canvas, columns);
  for (const Store* store : shown) draw_store(canvas, columns, *store, holding.bytes);
  draw_rest(canvas, columns, rest);
}

}  // namespace

void draw_stores(Canvas& canvas, const Overview& overview) {
  if (overview.stores.empty()) return;
  canvas.section(canvas.word("STORES", "ALMACENES"));
  const Columns columns = columns_for(canvas.columns());
  for (const Holding& holding : overview.holdings) draw_target(canvas, columns, overview, holding);
}

}  // namespace plimsoll
