#include "link/redis/key_scan.h"

#include <utility>

#include "link/redis/server_error.h"

namespace plimsoll::redis {

/// Sends the next batch, if there is anything to ask.
Result<void> KeyScan::launch() {
  Batch batch;
  std::vector<Command> commands;
  const bool scan_under_way = !in_flight_.empty() && in_flight_.back().scan;
  if (scan_wanted_ && !scan_under_way) {
    batch.scan = true;
    commands.push_back({"SCAN", cursor_, "COUNT", std::to_string(count_)});
  }
  for (auto& page : pages_) {
    if (page->asked_types) continue;
    batch.typed = page.get();
    page->asked_types = true;
    for (const auto& key : page->keys) {
      const KeyQuestions asked = questions_(key.key);
      commands.push_back({"TYPE", key.key});
      if (asked.memory_at_once) commands.push_back({"MEMORY", "USAGE", key.key});
      if (asked.ttl) commands.push_back({"PTTL", key.key});
      page->questions.push_back(asked);
    }
    break;
  }
  // Behind the types: replies are taken in this order.
  for (auto& page : pages_) {
    if (!page->typed || page->asked_memory) continue;
    batch.measured = page.get();
    page->asked_memory = true;
    for (const std::size_t i : page->measured)
      commands.push_back({"MEMORY", "USAGE", page->keys[i].key});
    break;
  }
  if (!batch.scan && batch.typed == nullptr && batch.measured == nullptr) return {};
  batch.ahead = unanswered_;
  batch.sent_at = std::chrono::steady_clock::now();
  unanswered_ += commands.size();
  in_flight_.push_back(batch);
  return commands.empty() ? Result<void>{} : link_.send(commands);
}

Result<void> KeyScan::take_scan(const Batch& batch) {
  auto replies = link_.receive(1, deadline_in(link_.budget_));
  if (!replies) return failure(std::move(replies.error()));
  --unanswered_;
  constexpr std::size_t kCommandsOfOneRead = 400;  // about 40 B each, 16 KiB at a time
  last_step_ = (std::chrono::steady_clock::now() - batch.sent_at) /
               static_cast<std::int64_t>(1 + batch.ahead / kCommandsOfOneRead);
  Reply& reply = replies->front();
  if (reply.is_error()) return failure(server_error(reply.text, "SCAN"));
  if (!reply.is_array() || reply.elements.size() != 2 || !reply.elements[1].is_array())
    return failure(ErrorCode::malformed,
                   say("SCAN: not a cursor and a list", "SCAN: no es un cursor y una lista"));
  cursor_ = std::move(reply.elements[0].text);
  if (cursor_ == "0") scan_wanted_ = false;
  auto page = std::make_unique<Page>();
  page->keys.reserve(reply.elements[1].elements.size());
  for (auto& key : reply.elements[1].elements)
    page->keys.push_back(ScannedKey{std::move(key.text), {}, {}, {}});
  pages_.push_back(std::move(page));
  return {};
}

Result<void> KeyScan::take_types(Page& page) {
  std::size_t count = page.keys.size();
  for (const auto& asked : page.questions)
    count += (asked.memory_at_once ? 1U : 0U) + (asked.ttl ? 1U : 0U);
  auto replies = link_.receive(count, deadline_in(link_.budget_));
  if (!replies) return failure(std::move(replies.error()));
  unanswered_ -= count;
  auto next = replies->begin();
  for (std::size_t i = 0; i < page.keys.size(); ++i) {
    ScannedKey& key = page.keys[i];
    key.type = std::move(*next++);
    if (page.questions[i].memory_at_once) key.memory = std::move(*next++);
    if (page.questions[i].ttl) key.ttl = std::move(*next++);
    // Of an unknown type the memory is not asked: it may be a stream.
    if (!page.questions[i].memory_at_once && key.type.is_string() && key.type.text != "stream" &&
        key.type.text != "none")
      page.measured.push_back(i);
  }
  page.typed = true;
  return {};
}

Result<void> KeyScan::take_memory(Page& page) {
  auto replies = link_.receive(page.measured.size(), deadline_in(link_.budget_));
  if (!replies) return failure(std::move(replies.error()));
  unanswered_ -= replies->size();
  for (std::size_t i = 0; i < page.measured.size(); ++i)
    page.keys[page.measured[i]].memory = std::move((*replies)[i]);
  return {};
}

Result<std::vector<ScannedKey>> KeyScan::next() {
  while (!finished()) {
    if (in_flight_.empty()) {
      if (auto sent = launch(); !sent) return failure(std::move(sent.error()));
    }
    const Batch batch = in_flight_.front();
    if (batch.scan) {
      if (auto taken = take_scan(batch); !taken) return failure(std::move(taken.error()));
      in_flight_.front().scan = false;
    }
    // The next batch goes out before the rest of this one is read.
    if (auto sent = launch(); !sent) return failure(std::move(sent.error()));
    if (batch.typed != nullptr) {
      if (auto taken = take_types(*batch.typed); !taken) return failure(std::move(taken.error()));
    }
    if (batch.measured != nullptr) {
      if (auto taken = take_memory(*batch.measured); !taken)
        return failure(std::move(taken.error()));
    }
    in_flight_.pop_front();
    if (batch.measured != nullptr) {
      auto done = std::move(pages_.front());  // pages are measured in the order of their scans
      pages_.pop_front();
      return std::move(done->keys);
    }
  }
  return std::vector<ScannedKey>{};
}

}  // namespace plimsoll::redis
