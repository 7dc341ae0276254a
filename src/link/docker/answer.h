#pragma once

#include <string>
#include <string_view>

#include "base/language.h"
#include "link/docker/http.h"

// What the calls of a link share: reading what an engine says, and what may go into a path.
namespace plimsoll::docker {

/// {"message":"No such container: x"}; Podman adds "cause" and "response". Anything else is quoted
/// by its first bytes. Safe on a terminal, secrets taken out.
std::string message_of(const HttpReply& reply);

/// Ids and names go into a path, so nothing but what engines allow in them may pass.
bool is_id(std::string_view id);

Text container_text(const std::string& id);

}  // namespace plimsoll::docker
