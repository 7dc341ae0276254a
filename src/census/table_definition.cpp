#include "census/table_definition.h"

#include <array>
#include <string_view>

namespace plimsoll {
namespace {

/// Two FNV-1a sums of 64 bits with different beginnings. Every text goes in with its length, so
/// that "a", "bc" is not "ab", "c".
class Fingerprint {
 public:
  void add(std::string_view text) {
    add_bytes(std::to_string(text.size()));
    add_bytes(":");
    add_bytes(text);
  }
  void add(bool flag) { add(flag ? std::string_view{"t"} : std::string_view{"f"}); }
  void add(const std::vector<std::string>& texts) {
    add(std::to_string(texts.size()));
    for (const auto& text : texts) add(std::string_view{text});
  }

  std::string text() const {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hexadecimal;
    for (const auto sum : sums_) {
      for (int shift = 60; shift >= 0; shift -= 4) hexadecimal += kDigits[(sum >> shift) & 0xF];
    }
    return hexadecimal;
  }

 private:
  void add_bytes(std::string_view bytes) {
    for (const char c : bytes) {
      for (auto& sum : sums_) sum = (sum ^ static_cast<unsigned char>(c)) * 1099511628211U;
    }
  }
  std::array<std::uint64_t, 2> sums_{14695981039346656037U, 0x9e3779b97f4a7c15U};
};

void add(Fingerprint& sum, const ColumnDefinition& column) {
  for (const auto* text : {&column.name, &column.type, &column.default_value, &column.identity,
                           &column.generated, &column.collation, &column.storage,
                           &column.compression, &column.comment, &column.options}) {
    sum.add(std::string_view{*text});
  }
  sum.add(column.not_null);
  sum.add(column.statistics ? std::to_string(*column.statistics) : std::string{});
  sum.add(column.grants);
}

void add(Fingerprint& sum, const IndexDefinition& index) {
  for (const auto* text :
       {&index.name, &index.definition, &index.constraint, &index.constraint_definition,
        &index.comment, &index.constraint_comment}) {
    sum.add(std::string_view{*text});
  }
  for (const bool flag :
       {index.unique, index.primary, index.valid, index.clustered, index.replica_identity}) {
    sum.add(flag);
  }
  sum.add(index.columns);
}

void add(Fingerprint& sum, const ConstraintDefinition& constraint) {
  for (const auto* text : {&constraint.name, &constraint.type, &constraint.definition,
                           &constraint.comment, &constraint.referenced}) {
    sum.add(std::string_view{*text});
  }
  sum.add(constraint.validated);
}

void add(Fingerprint& sum, const TriggerDefinition& trigger) {
  for (const auto* text : {&trigger.name, &trigger.definition, &trigger.enabled, &trigger.language,
                           &trigger.source, &trigger.comment}) {
    sum.add(std::string_view{*text});
  }
  for (const bool flag : {trigger.row_level, trigger.uses_transition_tables, trigger.before}) {
    sum.add(flag);
  }
}

void add(Fingerprint& sum, const ViewDefinition& view) {
  sum.add(std::string_view{view.name.schema});
  sum.add(std::string_view{view.name.name});
  sum.add(view.materialized);
  sum.add(std::string_view{view.definition});
  sum.add(view.options);
}

}  // namespace

std::string until_constraint_name(const std::string& table) {
  constexpr std::string_view kSuffix = "_plimsoll_until";
  std::size_t length = std::min<std::size_t>(table.size(), 63 - kSuffix.size());
  while (length < table.size() && length > 0 &&
         (static_cast<unsigned char>(table[length]) & 0xC0U) == 0x80U) {
    --length;  // never half a character
  }
  return table.substr(0, length) + std::string{kSuffix};
}

std::string fingerprint_of(const TableDefinition& definition) {
  Fingerprint sum;
  for (const auto* text :
       {&definition.table.schema, &definition.table.name, &definition.owner,
        &definition.persistence, &definition.kind, &definition.tablespace,
        &definition.access_method, &definition.replica_identity, &definition.comment}) {
    sum.add(std::string_view{*text});
  }
  const auto own_mark = until_constraint_name(definition.table.name);
  for (const auto& column : definition.columns) add(sum, column);
  for (const auto& index : definition.indexes) add(sum, index);
  for (const auto& constraint : definition.constraints) {
    if (constraint.name != own_mark) add(sum, constraint);
  }
  for (const auto& trigger : definition.triggers) add(sum, trigger);
  for (const auto& view : definition.views) add(sum, view);
  for (const auto* texts :
       {&definition.options, &definition.referenced_by, &definition.functions, &definition.rules,
        &definition.policies, &definition.publications, &definition.owned_sequences,
        &definition.statistics, &definition.grants, &definition.inheritance}) {
    sum.add(*texts);
  }
  sum.add(definition.row_security);
  sum.add(definition.force_row_security);
  return sum.text();
}

}  // namespace plimsoll
