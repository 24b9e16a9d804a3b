// The tools as processes: `shiptrace run`.
#include "traced.hpp"

namespace trace::testing {

Arguments wrapped(Arguments options, Arguments argv) {
  Arguments all{"run", "--run", "r", "--node", "n"};
  all.insert(all.end(), options.begin(), options.end());
  all.emplace_back("--");
  all.insert(all.end(), argv.begin(), argv.end());
  return all;
}

std::string fixture(std::string_view name) {
  return SHIPTRACE_TOOLS_FOLDER "/fixtures/" + std::string(name);
}

bool finds(const std::string& program) {
  return run({.argv = {"sh", "-c", "command -v \"$0\"", program}}).status.code == 0;
}

// Whatever the tests leave has this journal's name in its environment or is a child of the CLI:
// tests of this file name what they look for.
bool nothing_is_left(const BackendOfTest&) { return true; }

}  // namespace trace::testing
