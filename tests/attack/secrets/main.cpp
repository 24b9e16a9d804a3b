// A table of attacks: which forms of known secrets get through redaction.
//   shiptrace_attack_secrets [FILTER]
#include "faults/table/table.hpp"

int main(int argc, char** argv) {
  using namespace trace::testing;
  const std::vector<Fault> faults;
  return try_faults(faults, argc > 1 ? argv[1] : "");
}
