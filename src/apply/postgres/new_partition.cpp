#include "apply/postgres/new_partition.h"

#include "link/postgres/quote.h"

namespace plimsoll {

std::vector<std::string> standalone_table(const ParentFacts& parent, const TableName& parent_name,
                                          const TableName& name, bool with_indexes,
                                          const std::string& options) {
  // An identity of its own would count beside the parent's, whose values it is given anyway.
  std::vector<std::string> statements{"CREATE TABLE " + quoted(name) + " (LIKE " +
                                      quoted(parent_name) + " INCLUDING ALL EXCLUDING IDENTITY" +
                                      (with_indexes ? "" : " EXCLUDING INDEXES") + ")" + options};
  for (auto grant : parent.grants) {
    grant.replace(grant.find("{table}"), 7, quoted(name));
    statements.push_back(std::move(grant));
  }
  statements.push_back("ALTER TABLE " + quoted(name) + " OWNER TO " +
                       postgres::quote_identifier(parent.owner));
  return statements;
}

std::string attachment(const TableName& parent, const TableName& name, const TimeRange& range,
                       const TimeAxis& axis) {
  return "ALTER TABLE " + quoted(parent) + " ATTACH PARTITION " + quoted(name) + " FOR VALUES " +
         bound_of(range, axis);
}

}  // namespace plimsoll
