#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "census/store.h"

namespace plimsoll {

/// Gaps of one target. Those that differ only in the container are one gap that names them all:
/// sixty logs that may not be read are one line, not sixty.
class GapList {
 public:
  explicit GapList(std::string target) : target_{std::move(target)} {}

  void add(Text what, const Error& error);
  void add_container(const Text& what, const std::string& name, const Text& why, const Text& hint);
  std::vector<Gap> take();

 private:
  struct Shared {
    Text what, why, hint;
    std::vector<std::string> names;
  };

  std::string target_;
  std::vector<Gap> gaps_;
  std::map<std::string, Shared> shared_;
};

}  // namespace plimsoll
