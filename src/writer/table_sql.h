#pragma once

#include <string>
#include <vector>

#include "writer/table_bound.h"
#include "writer/table_shape.h"

// The SQL that a writer of a table speaks; every name is quoted and qualified.
namespace plimsoll {

std::string quoted_table(const TableShape& shape);
std::string quoted_columns(const TableShape& shape);
std::string quoted_names(const std::vector<std::string>& names);

/// CREATE TABLE and its indexes; partitioned by range of the time column, or not.
std::vector<std::string> create_table(const TableShape& shape, bool partitioned);

/// Where each writer's last batch is kept: one row a writer and table.
std::string quoted_batches(const TableShape& shape);
std::string create_batches(const TableShape& shape);

/// A session's own table for rows that may be there already; empty again after each transaction.
extern const char* const kStage;
std::string create_stage(const TableShape& shape);
/// From the stage into the table: of rows with one key the last one counts, or the first.
std::string insert_from_stage(const TableShape& shape, bool overwrite);

}  // namespace plimsoll
