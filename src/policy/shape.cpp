#include <yaml-cpp/eventhandler.h>

#include <sstream>

#include "policy/section.h"

namespace plimsoll {
namespace {

constexpr std::size_t kMostBytes = 1U << 20U;
constexpr std::size_t kMostNodes = 50'000;
constexpr std::size_t kDeepest = 64;

/// yaml-cpp builds trees of any size, and some of its loops end only with memory ("[]," as a
/// document makes YAML::LoadAll return null documents for ever).
class Shape : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) return;
    throw Mistake{mark,
                  say("the file goes on after its document ends",
                      "el fichero sigue después de que acabe su documento"),
                  say("keep one document: remove what follows, and any '---' before it",
                      "deje un solo documento: quite lo que sigue y cualquier '---' anterior")};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { count(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { count(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {
    count(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/,
                       YAML::anchor_t /*anchor*/, YAML::EmitterStyle::value /*style*/) override {
    enter(mark);
  }
  void OnSequenceEnd() override { --depth_; }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    enter(mark);
  }
  void OnMapEnd() override { --depth_; }

 private:
  void enter(const YAML::Mark& mark) {
    count(mark);
    if (++depth_ <= kDeepest) return;
    throw Mistake{
        mark, say("this is nested too deeply", "esto está anidado demasiado hondo"),
        say("no key of a policy is deeper than 5", "ninguna clave de una política pasa de 5")};
  }
  void count(const YAML::Mark& mark) {
    if (++nodes_ <= kMostNodes) return;
    throw Mistake{mark, say("this is too long for a policy", "esto es demasiado largo"),
                  say("a pattern such as \"events_*\" speaks for many names",
                      "un patrón como \"events_*\" vale para muchos nombres")};
  }

  int documents_ = 0;
  std::size_t nodes_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace

void check_shape(const std::string& yaml) {
  if (yaml.size() > kMostBytes) {
    throw Mistake{YAML::Mark::null_mark(), say("it is larger than 1 MB", "pasa de 1 MB"),
                  say("a policy is a few kilobytes: is this the right file?",
                      "una política son unos pocos kilobytes: ¿es este el fichero?")};
  }
  std::istringstream text{yaml};
  YAML::Parser parser{text};
  Shape shape;
  while (parser.HandleNextDocument(shape)) {
  }
}

}  // namespace plimsoll
