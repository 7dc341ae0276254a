// plimsoll.yaml, as an operator gets it wrong.
#include "base/text.h"
#include "fuzz.h"
#include "policy/config.h"

using namespace plimsoll;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config = parse_config(fuzz::text_of(data, size), "plimsoll.yaml");
  if (config) return 0;
  const auto& what = config.error().what.en;
  fuzz::require(printable(what) == what, "what is wrong is said in one printable line");
  fuzz::require(what.find("plimsoll.yaml") != std::string::npos, "and names the file");
  return 0;
}
