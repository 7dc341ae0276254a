#include "link/docker/update.h"

#include "link/docker/answer.h"
#include "link/docker/http.h"

namespace plimsoll::docker {
namespace {

/// 404 is the container's where the engine knows the call, and then it says so in JSON.
ErrorCode code_of(const HttpReply& reply) {
  if (reply.status == 401 || reply.status == 403) return ErrorCode::denied;
  const bool is_no_call = reply.status == 405 || reply.status == 501 ||
                          (reply.status == 404 && reply.body.find("ontainer") == std::string::npos);
  return is_no_call ? ErrorCode::unsupported : ErrorCode::conflict;
}

}  // namespace

Result<std::string> update_container(Link& link, const std::string& id, const std::string& body,
                                     std::chrono::milliseconds budget) {
  if (!is_id(id)) {
    return failure(ErrorCode::malformed,
                   say("docker: {}: that is no container's id",
                       "docker: {}: eso no es el id de un contenedor", {container_text(id)}));
  }
  auto reply =
      link.http_->post(link.at("/containers/" + id + "/update"), body, deadline_in(budget));
  if (!reply) return failure(std::move(reply.error()));
  if (reply->status == 200) return std::move(reply->body);
  const ErrorCode code = code_of(*reply);
  return failure(code,
                 say("docker: {}: the engine answered {} to the update: {}",
                     "docker: {}: el motor respondió {} a la actualización: {}",
                     {container_text(id), std::to_string(reply->status), message_of(*reply)}),
                 code == ErrorCode::denied
                     ? say("a proxy before the engine must allow POST on containers/ID/update",
                           "el proxy delante del motor debe permitir POST en containers/ID/update")
                     : Text{});
}

}  // namespace plimsoll::docker
