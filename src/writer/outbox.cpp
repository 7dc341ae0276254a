#include "writer/outbox.h"

#include <cassert>
#include <cstring>

namespace plimsoll {

Waiting::Waiting(std::size_t bytes, std::size_t entries) : bytes_(bytes), items_{entries} {}

char* Waiting::room_for(std::size_t size) {
  if (items_.full()) return nullptr;
  if (items_.empty()) head_ = tail_ = 0;
  const bool wrapped = !items_.empty() && tail_ <= head_;
  if (wrapped) return head_ - tail_ >= size ? bytes_.data() + tail_ : nullptr;
  if (bytes_.size() - tail_ >= size) return bytes_.data() + tail_;
  if (head_ < size) return nullptr;
  tail_ = 0;
  return bytes_.data();
}

void Waiting::push(std::size_t size, std::uint16_t id_at) {
  items_.push({static_cast<std::uint32_t>(tail_), static_cast<std::uint32_t>(size), id_at,
               Sending::Kind::entry, Sending::State::unanswered});
  tail_ += size;
  used_ += size;
}

void Waiting::pop() {
  used_ -= items_.front().size;
  items_.pop();
  if (!items_.empty()) head_ = items_.front().at;
}

Flight::Flight(std::size_t bytes, std::size_t commands) : bytes_(bytes), items_{commands} {}

char* Flight::room_for(std::size_t size) {
  if (items_.full()) return nullptr;
  if (items_.empty()) head_ = written_ = tail_ = answered_ = 0;
  if (bytes_.size() - tail_ >= size) return bytes_.data() + tail_;
  // Moved to the front only when at least half is free there: a byte moves once on average.
  if (head_ < bytes_.size() / 2 || bytes_.size() - bytes() < size) return nullptr;
  for (std::size_t i = 0; i < items_.size(); ++i) items_[i].at -= static_cast<std::uint32_t>(head_);
  move_bytes(head_, 0, bytes());
  tail_ -= head_;
  written_ -= head_;
  head_ = 0;
  return bytes_.data() + tail_;
}

void Flight::move_bytes(std::size_t from, std::size_t to, std::size_t size) {
  if (from != to) std::memmove(bytes_.data() + to, bytes_.data() + from, size);
}

void Flight::push(std::size_t size, std::uint16_t id_at, Sending::Kind kind) {
  items_.push({static_cast<std::uint32_t>(tail_), static_cast<std::uint32_t>(size), id_at, kind,
               Sending::State::unanswered});
  tail_ += size;
  if (kind == Sending::Kind::entry) ++entries_;
}

void Flight::answer(Sending::State state) {
  assert(awaits_reply());
  items_[answered_].state = state;
  if (state == Sending::State::done && items_[answered_].kind == Sending::Kind::entry) --entries_;
  ++answered_;
  pop_done();
}

void Flight::pop_done() {
  while (answered_ > 0 && items_.front().state == Sending::State::done) {
    head_ += items_.front().size;
    items_.pop();
    --answered_;
  }
}

}  // namespace plimsoll
