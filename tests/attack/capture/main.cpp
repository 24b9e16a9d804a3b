// A table of attacks: what a child, its reader or a full machine can do to a capture.
//   shiptrace_attack_capture [FILTER]
#include "faults/table/table.hpp"

int main(int argc, char** argv) {
  using namespace trace::testing;
  const std::vector<Fault> faults;
  return try_faults(faults, argc > 1 ? argv[1] : "");
}
