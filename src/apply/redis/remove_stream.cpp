#include "apply/redis/kinds.h"
#include "collect/redis/parse.h"

namespace plimsoll {
namespace {

using redis::StreamFate;

/// The plan's fact and the change's own name of it must be one.
bool same_as_seen(const RedisWork& work, StreamId last_generated) {
  const auto seen = work.before.find("last_generated_id");
  return seen == work.before.end() || parse_stream_id(seen->second) == last_generated;
}

Outcome stale_stream(const Text& stream) {
  return outcome_of(StepState::stale,
                    say("{}: something was written to it since the plan was made, so it is no "
                        "orphan; it was left alone",
                        "{}: se escribió en él después de hacer el plan, así que no está huérfano; "
                        "no se tocó",
                        {stream}));
}

/// The fates that are no act; empty where there was one.
std::optional<Outcome> without_act(StreamFate fate, const Text& stream) {
  switch (fate) {
    case StreamFate::gone:
      return outcome_of(StepState::nothing_to_do,
                        say("{}: it does not exist any more", "{}: ya no existe", {stream}));
    case StreamFate::not_stream:
      return outcome_of(StepState::stale, say("{}: the key is no stream any more",
                                              "{}: la clave ya no es un stream", {stream}));
    case StreamFate::written_to:
      return stale_stream(stream);
    case StreamFate::done_before:
      return outcome_of(StepState::nothing_to_do,
                        say("{}: it expires no later than that already",
                            "{}: ya caduca como muy tarde entonces", {stream}));
    case StreamFate::done:
      break;
  }
  return std::nullopt;
}

Outcome broken(const Error& error) {
  const bool refused = error.code == ErrorCode::denied || error.code == ErrorCode::unsupported;
  return refused ? needs_script(error) : broken_off(error);
}

/// What both have in common: checks, phase and act.
template <typename Act>
std::optional<Outcome> act_once(RedisWork& work, const StreamName& stream, StreamId last,
                                const char* phase, Act act) {
  const Text words = stream_words(stream.key);
  if (!same_as_seen(work, last)) return stale_stream(words);
  if (work.watch.stop_wanted())
    return outcome_of(StepState::stopped, say("{}: not begun", "{}: sin empezar", {words}));
  if (auto begun = work.watch.begin_phase(phase, words.en); !begun)
    return broken_off(begun.error());
  if (auto primary = still_primary(work.acting); !primary) return broken_off(primary.error());
  const Result<StreamFate> fate = act(format_stream_id(last));
  if (!fate) return broken(fate.error());
  return without_act(*fate, words);
}

}  // namespace

Outcome delete_stream(RedisWork& work, const DeleteStream& change) {
  const std::string& key = change.stream.key;
  if (auto ended =
          act_once(work, change.stream, change.last_generated, "unlink",
                   [&](const std::string& last) { return work.acting.unlink_stream(key, last); }))
    return *ended;
  const auto left = work.acting.types({key});
  if (!left)
    return broken_off(left.error(),
                      say("{}: it was deleted.", "{}: se eliminó.", {stream_words(key)}));
  const Freed freed = measure_freed(work);
  Outcome outcome = outcome_of(StepState::done, say("{}: it was deleted. {}", "{}: se eliminó. {}",
                                                    {stream_words(key), freed.words}));
  outcome.freed = freed.bytes;
  outcome.after = {{"type", left->front().text}};  // "stream" again: written anew since
  return outcome;
}

Outcome expire_stream(RedisWork& work, const ExpireStream& change) {
  const std::string& key = change.stream.key;
  if (change.after <= Seconds{0}) {
    return outcome_of(StepState::refused,
                      say("{}: a time to live of nothing would delete it now",
                          "{}: una caducidad de nada lo eliminaría ahora", {stream_words(key)}));
  }
  if (auto ended = act_once(work, change.stream, change.last_generated, "expire",
                            [&](const std::string& last) {
                              return work.acting.expire_stream(key, last, change.after);
                            }))
    return *ended;
  const Text done = say("{}: it expires in {}, unless its key is written anew.",
                        "{}: caduca en {}, salvo que la clave se cree de nuevo.",
                        {stream_words(key), change.after});
  const auto left = work.acting.link().time_to_live({key});
  if (!left) return broken_off(left.error(), done);
  if (!left->front().is_integer() || left->front().integer < 0) {
    return outcome_of(StepState::failed,
                      say("{}: it has no time to live after all", "{}: al final no tiene caducidad",
                          {stream_words(key)}));
  }
  Outcome outcome = outcome_of(StepState::done, done);
  outcome.after = {{"pttl_ms", std::to_string(left->front().integer)}};
  return outcome;
}

}  // namespace plimsoll
