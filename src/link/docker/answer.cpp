#include "link/docker/answer.h"

#include "base/secret.h"
#include "base/text.h"
#include "link/docker/json.h"

namespace plimsoll::docker {

std::string message_of(const HttpReply& reply) {
  const Json document = Json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
  std::string message = document.is_object() ? text_at(document, {"message"}) : reply.body;
  constexpr std::size_t kEnough = 200;
  if (message.size() > kEnough) message.resize(kEnough);
  return printable(redact(trim(message)));
}

bool is_id(std::string_view id) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  return !id.empty() && id.find_first_not_of(kAllowed) == std::string_view::npos && id != "." &&
         id != "..";
}

Text container_text(const std::string& id) {
  const std::string shown = printable(id.substr(0, 64));
  return say("container {}", "contenedor {}", {shown});
}

}  // namespace plimsoll::docker
