#include "link/redis/resp.h"

#include <charconv>
#include <string>

namespace plimsoll::redis {
namespace {

constexpr int kDeepestReply = 8;

struct ReplyLine {
  char mark = 0;
  std::string_view text;
  std::size_t taken = 0;
};

Scan scan_line(std::string_view bytes, ReplyLine& line) {
  const auto end = bytes.find("\r\n");
  if (end == std::string_view::npos) return Scan::partial;
  if (end == 0) return Scan::malformed;
  line = {bytes.front(), bytes.substr(1, end - 1), end + 2};
  return Scan::whole;
}

bool number_of_line(std::string_view text, std::int64_t& number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

Scan scan_bulk(std::string_view bytes, const ReplyLine& line, ReplyView& reply,
               std::size_t& taken) {
  std::int64_t length = 0;
  if (!number_of_line(line.text, length) || length < -1) return Scan::malformed;
  if (length == -1) {
    reply = {};
    taken = line.taken;
    return Scan::whole;
  }
  const auto size = static_cast<std::size_t>(length);
  if (bytes.size() - line.taken < size + 2) return Scan::partial;
  if (bytes.substr(line.taken + size, 2) != "\r\n") return Scan::malformed;
  reply = {Reply::Kind::string, bytes.substr(line.taken, size), 0};
  taken = line.taken + size + 2;
  return Scan::whole;
}

Scan parse_nested(std::string_view bytes, Reply& reply, std::size_t& taken, int depth) {
  if (depth > kDeepestReply) return Scan::malformed;
  if (bytes.empty()) return Scan::partial;
  if (bytes.front() != '*') {
    ReplyView view;
    const auto scanned = scan_reply(bytes, view, taken);
    if (scanned == Scan::whole) reply = {view.kind, view.integer, std::string{view.text}, {}};
    return scanned;
  }
  ReplyLine line;
  if (const auto scanned = scan_line(bytes, line); scanned != Scan::whole) return scanned;
  std::int64_t count = 0;
  if (!number_of_line(line.text, count) || count < -1) return Scan::malformed;
  reply = count < 0 ? Reply::nil() : Reply::array({});
  taken = line.taken;
  for (std::int64_t i = 0; i < count; ++i) {
    Reply element;
    std::size_t of_element = 0;
    const auto parsed = parse_nested(bytes.substr(taken), element, of_element, depth + 1);
    if (parsed != Scan::whole) return parsed;
    reply.elements.push_back(std::move(element));
    taken += of_element;
  }
  return Scan::whole;
}

}  // namespace

Scan scan_reply(std::string_view bytes, ReplyView& reply, std::size_t& taken) {
  ReplyLine line;
  if (const auto scanned = scan_line(bytes, line); scanned != Scan::whole) return scanned;
  taken = line.taken;
  switch (line.mark) {
    case '$':
      return scan_bulk(bytes, line, reply, taken);
    case '+':
      reply = {Reply::Kind::string, line.text, 0};
      return Scan::whole;
    case '-':
      reply = {Reply::Kind::error, line.text, 0};
      return Scan::whole;
    case ':':
      reply = {Reply::Kind::integer, {}, 0};
      return number_of_line(line.text, reply.integer) ? Scan::whole : Scan::malformed;
    default:
      return Scan::malformed;
  }
}

Scan parse_reply(std::string_view bytes, Reply& reply, std::size_t& taken) {
  return parse_nested(bytes, reply, taken, 0);
}

}  // namespace plimsoll::redis
