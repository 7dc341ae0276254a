#include "writer/entry_encoder.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cstring>

namespace plimsoll {
namespace {

constexpr std::uint64_t kLastSequence = 999'999;

std::size_t digits_of(std::size_t number) {
  std::size_t digits = 1;
  while (number >= 10) {
    number /= 10;
    ++digits;
  }
  return digits;
}

std::size_t size_of_word(std::string_view word) {
  return 1 + digits_of(word.size()) + 2 + word.size() + 2;
}

char* put(char* at, std::string_view bytes) {
  std::memcpy(at, bytes.data(), bytes.size());
  return at + bytes.size();
}

char* put_count(char* at, char mark, std::size_t count) {
  *at++ = mark;
  at = std::to_chars(at, at + 20, count).ptr;
  *at++ = '\r';
  *at++ = '\n';
  return at;
}

char* put_word(char* at, std::string_view word) {
  at = put(put_count(at, '$', word.size()), word);
  *at++ = '\r';
  *at++ = '\n';
  return at;
}

void append_word(std::string& out, std::string_view word) {
  out += '$' + std::to_string(word.size()) + "\r\n";
  out += word;
  out += "\r\n";
}

}  // namespace

EntryId id_after(const EntryId& last, std::uint64_t now_ms) {
  if (now_ms > last.ms) return {now_ms, kFirstSequence};
  if (last.sequence < kFirstSequence) return {last.ms, kFirstSequence};
  if (last.sequence < kLastSequence) return {last.ms, last.sequence + 1};
  return {last.ms + 1, kFirstSequence};
}

void write_id(const EntryId& id, char* at) {
  char* const end = std::to_chars(at, at + 13, id.ms).ptr;
  assert(end == at + 13);
  *end = '-';
  std::to_chars(end + 1, at + kIdLength, id.sequence);
}

std::optional<EntryId> parse_id(std::string_view text) {
  EntryId id;
  const char* const end = text.data() + text.size();
  const auto ms = std::from_chars(text.data(), end, id.ms);
  if (ms.ec != std::errc{} || ms.ptr == end || *ms.ptr != '-') return std::nullopt;
  const auto sequence = std::from_chars(ms.ptr + 1, end, id.sequence);
  if (sequence.ec != std::errc{} || sequence.ptr != end) return std::nullopt;
  return id;
}

EntryEncoder::EntryEncoder(std::string key, bool server_ids)
    : key_{std::move(key)}, server_ids_{server_ids} {
  rebuild({}, {}, false);
}

void EntryEncoder::trim_to_length(std::int64_t maxlen, bool exact) {
  rebuild("MAXLEN", std::to_string(maxlen), exact);
}

void EntryEncoder::trim_to_age(std::uint64_t oldest_ms, bool exact) {
  rebuild("MINID", std::to_string(oldest_ms), exact);
}

void EntryEncoder::rebuild(std::string_view strategy, std::string_view threshold, bool exact) {
  head_.clear();
  words_ = 3;
  append_word(head_, "XADD");
  append_word(head_, key_);
  if (!strategy.empty()) {
    append_word(head_, strategy);
    append_word(head_, exact ? "=" : "~");
    append_word(head_, threshold);
    words_ += 3;
  }
  head_ += server_ids_ ? "$1\r\n" : "$20\r\n";
}

std::size_t EntryEncoder::size_of(std::span<const Field> fields) const {
  std::size_t size = 1 + digits_of(words_ + 2 * fields.size()) + 2 + head_.size();
  size += (server_ids_ ? 1 : kIdLength) + 2;
  for (const auto& field : fields) size += size_of_word(field.name) + size_of_word(field.value);
  return size;
}

std::uint16_t EntryEncoder::encode(std::span<const Field> fields, const EntryId& id,
                                   char* const begin) const {
  char* at = put_count(begin, '*', words_ + 2 * fields.size());
  at = put(at, head_);
  const auto id_at = static_cast<std::uint16_t>(at - begin);
  if (server_ids_) {
    *at++ = '*';
  } else {
    write_id(id, at);
    at += kIdLength;
  }
  *at++ = '\r';
  *at++ = '\n';
  for (const auto& field : fields) at = put_word(put_word(at, field.name), field.value);
  return id_at;
}

}  // namespace plimsoll
