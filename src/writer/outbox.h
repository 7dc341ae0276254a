#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace plimsoll {

/// A command on its way: where it stands in the bytes, and what is known of it.
struct Sending {
  enum class Kind : std::uint8_t { entry, trim, usage, length };
  enum class State : std::uint8_t { unanswered, refused, done };
  std::uint32_t at = 0;
  std::uint32_t size = 0;
  std::uint16_t id_at = 0;  ///< from `at`
  Kind kind = Kind::entry;
  State state = State::unanswered;
};

/// A queue of fixed capacity, first in, first out.
template <typename T>
class FixedQueue {
 public:
  explicit FixedQueue(std::size_t capacity) : slots_(capacity) {}
  bool full() const { return size_ == slots_.size(); }
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return slots_[index_of(i)]; }
  const T& operator[](std::size_t i) const { return slots_[index_of(i)]; }
  T& front() { return (*this)[0]; }
  void push(const T& item) { slots_[index_of(size_++)] = item; }
  void pop() {
    first_ = index_of(1);
    --size_;
  }
  void clear() { size_ = 0; }
  void shrink_to(std::size_t size) { size_ = size; }

 private:
  std::size_t index_of(std::size_t i) const {
    const auto at = first_ + i;
    return at < slots_.size() ? at : at - slots_.size();
  }
  std::vector<T> slots_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

/// Entries that wait for their turn: a ring in which each lies in one piece. Nothing is allocated
/// after the beginning.
class Waiting {
 public:
  Waiting(std::size_t bytes, std::size_t entries);
  bool empty() const { return items_.empty(); }
  std::size_t entries() const { return items_.size(); }
  std::size_t bytes() const { return used_; }
  std::size_t capacity() const { return bytes_.size(); }

  char* room_for(std::size_t size);                  ///< null: none now
  void push(std::size_t size, std::uint16_t id_at);  ///< into the room that was just given
  const Sending& front() const { return items_[0]; }
  std::string_view front_bytes() const { return {bytes_.data() + front().at, front().size}; }
  void pop();

 private:
  std::vector<char> bytes_;
  FixedQueue<Sending> items_;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
  std::size_t used_ = 0;
};

/// Commands handed to the connection and not yet answered, in order, ready to be written (again).
class Flight {
 public:
  Flight(std::size_t bytes, std::size_t commands);
  bool empty() const { return items_.empty(); }
  std::size_t commands() const { return items_.size(); }
  std::size_t entries() const { return entries_; }
  std::size_t bytes() const { return tail_ - head_; }
  std::size_t capacity() const { return bytes_.size(); }

  char* room_for(std::size_t size);  ///< null: none now
  void push(std::size_t size, std::uint16_t id_at, Sending::Kind kind);

  std::string_view unwritten() const { return {bytes_.data() + written_, tail_ - written_}; }
  void wrote(std::size_t bytes) { written_ += bytes; }

  bool awaits_reply() const { return answered_ < items_.size(); }
  Sending::Kind awaited() const { return items_[answered_].kind; }
  void answer(Sending::State state);  ///< of the next one

  /// Entries that are not done and for which stays(item, bytes, sent) is true stand at the front
  /// again, unwritten; other commands go. For when every reply has come, or none will.
  template <typename Stays>
  void keep_only(const Stays& stays) {
    std::size_t kept = 0;
    std::size_t end = 0;
    entries_ = 0;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      Sending item = items_[i];
      if (item.kind != Sending::Kind::entry || item.state == Sending::State::done ||
          !stays(item, bytes_.data() + item.at, item.at < written_))
        continue;
      move_bytes(item.at, end, item.size);
      item.at = static_cast<std::uint32_t>(end);
      item.state = Sending::State::unanswered;
      end += item.size;
      items_[kept++] = item;
      ++entries_;
    }
    items_.shrink_to(kept);
    head_ = written_ = answered_ = 0;
    tail_ = end;
  }
  /// Each entry that is not done, oldest first.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (std::size_t i = 0; i < items_.size(); ++i) {
      const Sending& item = items_[i];
      if (item.kind == Sending::Kind::entry && item.state != Sending::State::done)
        visit(item, bytes_.data() + item.at);
    }
  }

 private:
  void move_bytes(std::size_t from, std::size_t to, std::size_t size);
  void pop_done();

  std::vector<char> bytes_;
  FixedQueue<Sending> items_;
  std::size_t head_ = 0;
  std::size_t written_ = 0;
  std::size_t tail_ = 0;
  std::size_t answered_ = 0;  ///< items; those before it are refused, or done behind a refused one
  std::size_t entries_ = 0;
};

}  // namespace plimsoll
