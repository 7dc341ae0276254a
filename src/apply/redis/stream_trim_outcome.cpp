#include "apply/redis/stream_trim.h"
#include "base/text.h"
#include "collect/redis/parse.h"
#include "link/redis/server_error.h"

// What a trim says when it has ended.
namespace plimsoll {
namespace {

constexpr int kLeftPage = 100;
constexpr std::int64_t kCounted = 10'000;

std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + printable(name);
  return text;
}

}  // namespace

Text StreamTrim::removed_words() const {
  return say("{}: {} entries were removed.", "{}: se quitaron {} entradas.",
             {stream_words(change_.stream.key), removed_});
}

/// Entries that should have gone and are there; by id at most kCounted are counted.
Result<std::int64_t> StreamTrim::left_above_cap() {
  if (gone_ || !now_.first_id) return 0;
  if (!by_id()) return std::max<std::int64_t>(0, excess());
  std::int64_t left = 0;
  std::string from = "-";
  while (left < kCounted) {
    const auto replies = work_.acting.link().xrange(
        {{change_.stream.key, from, "(" + format_stream_id(*change_.minid), kLeftPage, false}});
    if (!replies) return failure(replies.error());
    if (replies->front().is_error()) return 0;  // an id below 0-1: nothing lies under it
    const auto entries = parse_entries(replies->front());
    if (!entries) return failure(entries.error());
    left += static_cast<std::int64_t>(entries->size());
    if (entries->size() < static_cast<std::size_t>(kLeftPage)) return left;
    from = "(" + format_stream_id(entries->back().id);
  }
  return left;
}

Text StreamTrim::held_words(std::int64_t left) const {
  const bool more = by_id() && left >= kCounted;
  return say("{}{} entries stay above the cap: {} has still to read or acknowledge them.",
             "{}{} entradas quedan por encima del límite: {} aún tiene que leerlas o confirmarlas.",
             {more ? say("At least ", "Al menos ") : Text{}, left, list_of(floor_.groups)});
}

Outcome StreamTrim::end(StepState state) {
  Outcome outcome;
  outcome.state = state;
  const Freed freed = removed_ > 0 ? measure_freed(work_) : Freed{};
  outcome.freed = freed.bytes;
  outcome.after = {{"length", std::to_string(gone_ ? 0 : now_.length)},
                   {"removed", std::to_string(removed_)}};
  if (now_.first_id) outcome.after["first_id"] = format_stream_id(*now_.first_id);
  outcome.what = removed_ > 0 ? say("{} {}", "{} {}", {removed_words(), freed.words})
                              : say("{}: no entry was removed.", "{}: no se quitó ninguna entrada.",
                                    {stream_words(change_.stream.key)});
  if (!readers_.returned().empty()) {
    outcome.hint = say("{} was named as abandoned and reads again: it counts as a live reader",
                       "{} constaba como abandonado y vuelve a leer: cuenta como lector vivo",
                       {list_of(readers_.returned())});
  }
  return outcome;
}

Outcome StreamTrim::ended() {
  if (gone_) {
    return outcome_of(removed_ > 0 ? StepState::done : StepState::nothing_to_do,
                      say("{}: it does not exist any more.", "{}: ya no existe.",
                          {stream_words(change_.stream.key)}));
  }
  const auto left = left_above_cap();
  if (!left) return broken_off(left.error(), removed_ > 0 ? removed_words() : Text{});
  // Less than a node stays where `~` was asked for; more than that only a reader can hold.
  const bool within_node = !change_.exact && !exact_ && *left < std::max(node_max_, node_entries());
  const bool held = floor_.id && *left > 0 && !within_node;
  if (!held) return end(removed_ > 0 ? StepState::done : StepState::nothing_to_do);

  Outcome outcome = end(removed_ > 0 ? StepState::done : StepState::refused);
  outcome.what = say("{} {}", "{} {}", {outcome.what, held_words(*left)});
  outcome.after["above_cap"] = std::to_string(*left);
  outcome.after["held_by"] = list_of(floor_.groups);
  const Text remedy =
      say("start or mend that reader; if nobody uses the group any more, XGROUP DESTROY it; or say "
          "force_past_groups: true in the policy",
          "arranca o arregla ese lector; si ya nadie usa el grupo, XGROUP DESTROY; o pon "
          "force_past_groups: true en la política");
  outcome.hint = outcome.hint.empty() ? remedy : say("{}; {}", "{}; {}", {outcome.hint, remedy});
  return outcome;
}

}  // namespace plimsoll
