#pragma once

#include <string>
#include <vector>

#include "apply/compose/value.h"
#include "apply/compose/yaml_edit.h"
#include "base/result.h"
#include "plan/change.h"

namespace plimsoll::compose {

/// What a wish means for one service of this file: values to set, in order; those that are there
/// already are left out. The Redis command is not among them.
/// Errors: unsupported, with file:line:column.
Result<std::vector<Setting>> settings_for(const Value& whole, const std::string& file,
                                          const PatchCompose& wish);

/// The service as Compose sees it: with what `extends` takes from this same file below it. The
/// service's own values win; mappings are merged key by key.
Result<Value> extended_service(const Value& whole, const std::string& file,
                               const std::string& service);

/// Whether `extends` leads to another file somewhere: then a key that is not here may be there.
bool extends_another_file(const Value& whole, const std::string& service);

}  // namespace plimsoll::compose
