#include "writer/bounded_table.h"

#include "base/text.h"
#include "writer/table_bound.h"
#include "writer/table_writer.h"

namespace plimsoll {

Result<std::unique_ptr<BoundedTable>> BoundedTable::open(const Policy& policy, TableShape shape,
                                                         TableOptions options) {
  if (auto checked = check_shape(shape); !checked) return failure(std::move(checked.error()));
  auto bound = table_bound(policy, shape);
  if (!bound) return failure(std::move(bound.error()));
  if (options.writer.empty()) {
    return failure(ErrorCode::malformed,
                   say("the writer of table '{}' has no name",
                       "quien escribe la tabla «{}» no tiene nombre", {printable(shape.name)}));
  }
  auto writer = std::make_unique<Writer>(std::move(shape), *bound, std::move(options));
  if (auto opened = writer->open_spool(); !opened) return failure(std::move(opened.error()));
  writer->poll();
  const auto& trouble = writer->trouble();
  if (trouble && (trouble->code == ErrorCode::unsupported || trouble->code == ErrorCode::denied))
    return failure(*trouble);
  return std::unique_ptr<BoundedTable>{new BoundedTable{std::move(writer)}};
}

BoundedTable::BoundedTable(std::unique_ptr<Writer> writer) : writer_{std::move(writer)} {}
BoundedTable::~BoundedTable() = default;

Row* BoundedTable::begin_row() { return writer_->begin_row(); }
BoundedTable::RowEnd BoundedTable::end_row() { return writer_->end_row(); }
void BoundedTable::poll() { writer_->poll(); }
bool BoundedTable::flush(Deadline deadline) { return writer_->flush(deadline); }
bool BoundedTable::put_away(Deadline deadline) { return writer_->put_away(deadline); }
Result<int> BoundedTable::drop_overdue(Instant now) { return writer_->drop_overdue(now); }
TableStats BoundedTable::stats() const { return writer_->stats(); }
TableKind BoundedTable::kind() const { return writer_->kind(); }
const std::optional<Error>& BoundedTable::trouble() const { return writer_->trouble(); }
const std::vector<Text>& BoundedTable::warnings() const { return writer_->warnings(); }
int BoundedTable::socket() const { return writer_->socket(); }

}  // namespace plimsoll
