#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace plimsoll::market {

/// A JSON text that grows in one buffer and keeps it. Small writes go to room() directly.
class JsonText {
 public:
  void reserve(std::size_t bytes) { ensure(bytes); }
  void clear() { size_ = 0; }
  std::size_t size() const { return size_; }
  std::string_view view(std::size_t from, std::size_t to) const {
    return {buffer_.data() + from, to - from};
  }
  std::string_view view() const { return view(0, size_); }

  void add(std::string_view text) {
    ensure(text.size());
    std::memcpy(buffer_.data() + size_, text.data(), text.size());
    size_ += text.size();
  }
  /// Where to write up to `bytes`; end with wrote(end).
  char* room(std::size_t bytes) {
    ensure(bytes);
    return buffer_.data() + size_;
  }
  void wrote(const char* end) { size_ = static_cast<std::size_t>(end - buffer_.data()); }
  /// With quotes, and escaped as RFC 8259 asks. Bytes that are no UTF-8 become U+FFFD.
  void add_quoted(std::string_view text);
  void add_whole(std::int64_t value);

 private:
  void ensure(std::size_t more) {
    if (size_ + more > buffer_.size()) buffer_.resize(2 * (size_ + more));
  }
  std::vector<char> buffer_;
  std::size_t size_ = 0;
};

}  // namespace plimsoll::market
