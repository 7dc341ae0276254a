#include "feed/aggregate_stream.h"

#include <algorithm>
#include <thread>

#include "base/text.h"

namespace plimsoll::market {
namespace {

/// What may stand between quotes of a JSON text as it is.
bool is_plain_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; });
}

std::string action(std::string_view name, std::string_view parameters) {
  return R"({"action":")" + std::string{name} + R"(","params":")" + std::string{parameters} + "\"}";
}

}  // namespace

Result<VendorNotice> AggregateStream::notice(http::WebSocket& socket, Deadline deadline) {
  while (true) {
    const auto received = socket.receive(message_, deadline);
    if (!received) return failure(received.error());
    if (!*received) {
      return failure(ErrorCode::timed_out, say("the feed's stream did not answer in time",
                                               "el flujo de la fuente no respondió a tiempo"));
    }
    const auto events = json_.events(message_, early_, options_.most_bars - early_.size());
    if (!events) return failure(events.error());
    if (events->notice.kind != VendorNotice::Kind::none) return events->notice;
  }
}

Result<void> AggregateStream::enter() {
  if (!is_plain_word(options_.key.reveal()) || !is_plain_word(options_.subscription)) {
    return failure(ErrorCode::denied, say("POLYGON_API_KEY holds what no key holds",
                                          "POLYGON_API_KEY contiene lo que ninguna clave"));
  }
  const auto deadline = deadline_in(options_.deadline);
  auto socket = http::WebSocket::connect(options_.url, deadline, options_.socket);
  if (!socket) return failure(socket.error());
  if (const auto hello = notice(*socket, deadline); !hello) return failure(hello.error());
  if (auto sent = socket->send(action("auth", options_.key.reveal()), deadline); !sent) return sent;
  const auto entered = notice(*socket, deadline);
  if (!entered) return failure(entered.error());
  if (entered->kind != VendorNotice::Kind::authenticated) {
    return failure(ErrorCode::denied, say("the feed's stream refused the key: {}",
                                          "el flujo de la fuente rechazó la clave: {}",
                                          {redact(entered->message, options_.key)}));
  }
  if (auto sent = socket->send(action("subscribe", options_.subscription), deadline); !sent)
    return sent;
  socket_.emplace(std::move(*socket));
  ++connections_;
  return {};
}

void AggregateStream::lose() {
  socket_.reset();
  auto wait = options_.least_backoff;
  for (int i = 0; i < failures_ && wait < options_.most_backoff; ++i) wait *= 2;
  ++failures_;
  next_try_ = deadline_in(std::min(wait, options_.most_backoff));
}

Result<void> AggregateStream::receive(std::vector<VendorAggregate>& into, Deadline deadline) {
  into.clear();
  if (!socket_) {
    if (next_try_ > deadline) {
      std::this_thread::sleep_until(deadline);
      return {};
    }
    std::this_thread::sleep_until(next_try_);
    early_.clear();
    if (auto entered = enter(); !entered) {
      lose();
      return entered;
    }
  }
  into.swap(early_);
  early_.clear();
  const auto received = socket_->receive(message_, into.empty() ? deadline : Deadline::min());
  if (!received) {
    lose();
    return failure(received.error());
  }
  if (!*received) return {};
  const auto events = json_.events(message_, into, options_.most_bars - into.size());
  if (!events) {
    lose();
    into.clear();
    return failure(events.error());
  }
  using Kind = VendorNotice::Kind;
  if (events->notice.kind == Kind::denied || events->notice.kind == Kind::error) {
    lose();
    into.clear();
    return failure(ErrorCode::denied,
                   say("the feed's stream refused: {}", "el flujo de la fuente se negó: {}",
                       {redact(events->notice.message, options_.key)}));
  }
  failures_ = 0;
  dropped_ += events->dropped;
  unreadable_ += events->unreadable;
  return {};
}

}  // namespace plimsoll::market
