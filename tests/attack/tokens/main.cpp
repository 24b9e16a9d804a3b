// A table of attacks: which shapes of tokens get through redaction, and what is redacted wrongly.
//   shiptrace_attack_tokens [FILTER]
#include "faults/table/table.hpp"

int main(int argc, char** argv) {
  using namespace trace::testing;
  const std::vector<Fault> faults;
  return try_faults(faults, argc > 1 ? argv[1] : "");
}
