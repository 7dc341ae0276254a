#include "diagnose/wording.h"

#include <string>

namespace plimsoll {

Text counted(std::int64_t count, const Noun& noun) {
  const bool one = count == 1;
  return say("{0} {1}", "{0} {2}",
             {count, std::string{one ? noun.one_en : noun.many_en},
              std::string{one ? noun.one_es : noun.many_es}});
}

Text sentences(std::initializer_list<Text> parts) {
  Text all;
  for (const Text& part : parts) {
    if (part.empty()) continue;
    all.en += (all.en.empty() ? "" : " ") + part.en;
    all.es += (all.es.empty() ? "" : " ") + part.es;
  }
  return all;
}

}  // namespace plimsoll
