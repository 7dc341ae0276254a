#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace plimsoll {

/// One field of an entry; both are binary safe and only looked at during the call.
struct Field {
  std::string_view name;
  std::string_view value;
};

/// An id that a writer makes: milliseconds, and a sequence of six digits from 100000 on. So every
/// id has 20 characters and can be replaced where it stands; and none is one that the server makes
/// (`*` counts from 0), so that a stream shows whose entry is whose.
struct EntryId {
  std::uint64_t ms = 0;
  std::uint64_t sequence = 0;
  friend auto operator<=>(const EntryId&, const EntryId&) = default;
};
constexpr std::size_t kIdLength = 20;
constexpr std::uint64_t kFirstSequence = 100'000;

/// The smallest id a writer may make that is after `last` and not before `now_ms`.
EntryId id_after(const EntryId& last, std::uint64_t now_ms);
/// Writes exactly kIdLength characters. The milliseconds must have 13 digits (2001 to 2286).
void write_id(const EntryId& id, char* at);
/// "1762819200000-100000" and any other "ms-seq"; empty for anything else.
std::optional<EntryId> parse_id(std::string_view text);

/// XADD as the server reads it (RESP), written straight into a buffer of ours.
class EntryEncoder {
 public:
  /// `server_ids`: `*` instead of an id of ours.
  EntryEncoder(std::string key, bool server_ids);

  void trim_to_length(std::int64_t maxlen, bool exact);   ///< MAXLEN ~ n, or = n
  void trim_to_age(std::uint64_t oldest_ms, bool exact);  ///< MINID ~ ms

  std::size_t size_of(std::span<const Field> fields) const;
  /// Writes size_of(fields) bytes; where the id stands in them.
  std::uint16_t encode(std::span<const Field> fields, const EntryId& id, char* at) const;

 private:
  void rebuild(std::string_view strategy, std::string_view threshold, bool exact);

  std::string key_;
  bool server_ids_;
  std::string head_;  ///< from XADD to the length of the id
  std::size_t words_ = 3;
};

}  // namespace plimsoll
