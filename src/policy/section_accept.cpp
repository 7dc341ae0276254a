#include "policy/sections.h"

namespace plimsoll {
namespace {

std::string required(const Section& section, const char* key, const Text& hint) {
  std::string text = section.text(key);
  if (!text.empty()) return text;
  throw Mistake{section.has(key) ? section.at(key).Mark() : section.mark(),
                say("'{}' is missing", "falta '{}'", {key}), hint};
}

}  // namespace

std::vector<Acceptance> read_accept(const YAML::Node& node, const std::string& file) {
  std::vector<Acceptance> accepted;
  if (node.IsNull()) return accepted;
  for (const YAML::Node& entry : list_of(node, "accept", "accept: [{ rule: …, why: \"…\" }]")) {
    const Section section{entry, "accept", "accept"};
    Acceptance acceptance;
    acceptance.rule =
        required(section, "rule",
                 say("the rule of a finding, as plimsoll diagnose --format json has it",
                     "la regla de un hallazgo, como en plimsoll diagnose --format json"));
    acceptance.store = section.text("store");
    acceptance.why = required(section, "why",
                              say("whoever reads this next year wants to know",
                                  "quien lo lea dentro de un año querrá saberlo"));
    acceptance.origin = origin_of(file, entry.Mark());
    accepted.push_back(std::move(acceptance));
  }
  return accepted;
}

}  // namespace plimsoll
