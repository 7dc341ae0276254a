#include "link/docker/link.h"

#include <algorithm>

#include "base/text.h"
#include "link/docker/answer.h"
#include "link/docker/http.h"
#include "link/docker/json.h"

namespace plimsoll::docker {
namespace {

struct StatusMeaning {
  ErrorCode code;
  Text hint;
};

StatusMeaning meaning_of(long status) {
  if (status == 401 || status == 403) {
    return {ErrorCode::denied,
            say("a proxy before the engine must allow GET on _ping, version, info, containers, "
                "images, volumes and system/df",
                "el proxy delante del motor debe permitir GET en _ping, version, info, containers, "
                "images, volumes y system/df")};
  }
  if (status == 404) return {ErrorCode::conflict, {}};
  if (status >= 500) {
    return {ErrorCode::unreachable, say("see the engine's log (journalctl -u docker)",
                                        "vea el registro del motor (journalctl -u docker)")};
  }
  return {ErrorCode::unsupported, {}};
}

Result<std::string> body_of(Result<HttpReply> reply, const Text& object) {
  if (!reply) return failure(std::move(reply.error()));
  if (reply->status == 200) return std::move(reply->body);
  auto [code, hint] = meaning_of(reply->status);
  return failure(
      code,
      say("docker: {}: the engine answered {}: {}", "docker: {}: el motor respondió {}: {}",
          {object, std::to_string(reply->status), message_of(*reply)}),
      std::move(hint));
}

std::string_view word_of(DiskUse what) {
  switch (what) {
    case DiskUse::containers:
      return "container";
    case DiskUse::volumes:
      return "volume";
    case DiskUse::build_cache:
      return "build-cache";
  }
  return "";
}

}  // namespace

Link::Link(LinkOptions options, std::unique_ptr<Http> http)
    : options_{std::move(options)}, http_{std::move(http)} {}
Link::~Link() = default;
Link::Link(Link&&) noexcept = default;
Link& Link::operator=(Link&&) noexcept = default;

const Address& Link::address() const { return http_->address(); }

Result<Link> Link::open(const LinkOptions& options) {
  auto address = parse_address(options.address);
  if (!address) return failure(address.error());
  Link link{options,
            std::make_unique<Http>(*address, options.connect_timeout, options.largest_body)};
  if (auto settled = link.settle_version(); !settled) return failure(settled.error());
  return link;
}

Result<void> Link::settle_version() {
  // One deadline for both: a socket that accepts and says nothing costs one timeout, not two.
  const Deadline deadline = deadline_in(options_.timeout);
  auto pinged = http_->get({"/_ping"}, deadline, 1).front();
  if (!pinged) return failure(pinged.error());
  const std::string server = pinged->server;
  if (auto body = body_of(std::move(pinged), verbatim("_ping")); !body)
    return failure(body.error());
  auto body = get("/version", "version", deadline);
  if (!body) return failure(body.error());
  const auto document = parse_object(*body, "version");
  if (!document) return failure(document.error());
  const auto newest = parse_api_version(text_at(*document, {"ApiVersion"}));
  if (!newest) {
    return failure(ErrorCode::malformed,
                   say("docker: version: ApiVersion is missing or is no version",
                       "docker: version: ApiVersion falta o no es una versión"));
  }
  auto spoken = negotiate(*newest, parse_api_version(text_at(*document, {"MinAPIVersion"})));
  if (!spoken) return failure(spoken.error());
  engine_.name = server.starts_with("Libpod") ? "podman" : "docker";
  engine_.version = printable(text_at(*document, {"Version"}));
  engine_.api = *spoken;
  return {};
}

std::string Link::at(std::string_view path) const {
  return "/v" + engine_.api.text() + std::string{path};
}

Result<std::string> Link::get(const std::string& path, std::string_view object, Deadline deadline) {
  return body_of(std::move(http_->get({path}, deadline, 1).front()), verbatim(std::string{object}));
}

Deadline Link::at_most(Deadline until) const {
  return std::min(deadline_in(options_.timeout), until);
}

Result<std::string> Link::ping(Deadline until) { return get("/_ping", "_ping", at_most(until)); }
Result<std::string> Link::version(Deadline until) {
  return get("/version", "version", at_most(until));
}
Result<std::string> Link::info(Deadline until) { return get(at("/info"), "info", at_most(until)); }
Result<std::string> Link::images(Deadline until) {
  return get(at("/images/json"), "images", at_most(until));
}
Result<std::string> Link::volumes(Deadline until) {
  return get(at("/volumes"), "volumes", at_most(until));
}
Result<std::string> Link::containers(Deadline until) {
  return get(at("/containers/json?all=1"), "containers", at_most(until));
}

Result<std::string> Link::inspect(const std::string& id) {
  return std::move(inspect(std::vector{id}, deadline_in(options_.timeout)).front());
}

Result<std::string> Link::stats(const std::string& id) {
  return std::move(stats(std::vector{id}, deadline_in(options_.timeout)).front());
}

std::vector<Result<std::string>> Link::inspect(const std::vector<std::string>& ids,
                                               Deadline deadline) {
  return get_each(ids, "/json", deadline, options_.most_at_once);
}

std::vector<Result<std::string>> Link::stats(const std::vector<std::string>& ids,
                                             Deadline deadline) {
  // Without one-shot the engine waits for two of its ticks; before API 1.41 there is no other way.
  // Before Engine 25 (API 1.44) even one-shot waits for the next tick, up to a second: asked all
  // at once, the containers wait for the same one.
  const bool one_shot = engine_.api >= ApiVersion{1, 41};
  constexpr int kShareOneTick = 256;
  const int at_once = engine_.api >= ApiVersion{1, 44} ? options_.most_at_once : kShareOneTick;
  return get_each(ids, one_shot ? "/stats?stream=false&one-shot=true" : "/stats?stream=false",
                  deadline, at_once);
}

std::vector<Result<std::string>> Link::get_each(const std::vector<std::string>& ids,
                                                std::string_view suffix, Deadline deadline,
                                                int at_once) {
  std::vector<std::string> paths;
  for (const std::string& id : ids) {
    if (is_id(id)) paths.push_back(at("/containers/" + id).append(suffix));
  }
  auto replies = http_->get(paths, deadline, at_once);
  std::vector<Result<std::string>> bodies;
  bodies.reserve(ids.size());
  std::size_t next = 0;
  for (const std::string& id : ids) {
    if (is_id(id)) {
      bodies.push_back(body_of(std::move(replies[next++]), container_text(id)));
    } else {
      bodies.push_back(
          failure(ErrorCode::malformed,
                  say("docker: {}: that is no container's id",
                      "docker: {}: eso no es el id de un contenedor", {container_text(id)})));
    }
  }
  return bodies;
}

Result<std::string> Link::system_df(DiskUse what, Deadline deadline) {
  std::string path = at("/system/df");
  if (engine_.api >= ApiVersion{1, 42}) path.append("?type=").append(word_of(what));
  // From 1.52 the lists of sizes come only when asked for.
  if (engine_.api >= ApiVersion{1, 52}) path.append("&verbose=1");
  return get(path, "system/df", deadline);
}

}  // namespace plimsoll::docker
