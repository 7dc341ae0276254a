#include "collect/docker/gap_list.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace plimsoll {
namespace {

Text listing(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 5;
  std::string shown;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) {
    shown += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() <= kShown) return verbatim(shown);
  return say("{} and {} more containers", "{} y {} contenedores más",
             {shown, static_cast<std::int64_t>(names.size() - kShown)});
}

}  // namespace

void GapList::add(Text what, const Error& error) {
  gaps_.push_back({target_, std::move(what), error.what, error.hint});
}

void GapList::add_container(const Text& what, const std::string& name, const Text& why,
                            const Text& hint) {
  Shared& shared = shared_[what.en + '\n' + why.en];
  shared.what = what;
  shared.why = why;
  shared.hint = hint;
  shared.names.push_back(printable(name));
}

std::vector<Gap> GapList::take() {
  for (auto& [key, shared] : shared_) {
    gaps_.push_back({target_, say("{} of {}", "{} de {}", {shared.what, listing(shared.names)}),
                     shared.why, shared.hint});
  }
  shared_.clear();
  return std::exchange(gaps_, {});
}

}  // namespace plimsoll
