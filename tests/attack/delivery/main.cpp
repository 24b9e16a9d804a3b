// A table of attacks: what a hostile backend or a full disk can do to events: none disappears
// without being counted.
//   shiptrace_attack_delivery [FILTER]
#include "faults/table/table.hpp"

int main(int argc, char** argv) {
  using namespace trace::testing;
  const std::vector<Fault> faults;
  return try_faults(faults, argc > 1 ? argv[1] : "");
}
