// Names, numbers and instants as servers give them: what is printed is safe on a terminal whatever
// the bytes are, and what is read and written again is the same.
#include <algorithm>
#include <string>

#include "base/instant.h"
#include "base/language.h"
#include "base/text.h"
#include "fuzz.h"

using namespace plimsoll;

namespace {

void check_instant(std::string_view input) {
  const auto instant = parse_iso8601(input);
  // Within the years that four digits can write: an offset can take an instant out of them.
  if (!instant || *instant < Instant{std::chrono::sys_days{std::chrono::year{1} / 1 / 1}} ||
      *instant >= Instant{std::chrono::sys_days{std::chrono::year{10000} / 1 / 1}})
    return;
  fuzz::require(parse_iso8601(iso8601(*instant)) == instant,
                "an instant is written so that it reads the same");
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::text_of(data, size);
  check_instant(input);
  const auto shown = printable(input);
  fuzz::require(std::none_of(shown.begin(), shown.end(), is_control),
                "no control character is printed");
  fuzz::require(printable(shown) == shown, "what is printable stays as it is");
  fuzz::require(display_width(shown) <= shown.size(), "no text is wider than its bytes");
  const auto [pattern, name] = fuzz::halves(input);
  matches_glob(pattern, name);
  fuzz::require(matches_glob("*", name), "a star matches everything");
  if (const auto number = parse_int(input))
    fuzz::require(parse_int(std::to_string(*number)) == number, "a number reads the same again");
  parse_double(input);
  language_of(input);
  return 0;
}
