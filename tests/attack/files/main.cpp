// A table of attacks: what somebody who writes into the journal directory can do: foreign, crafted
// and damaged files.
//   shiptrace_attack_files [FILTER]
#include "faults/table/table.hpp"

int main(int argc, char** argv) {
  using namespace trace::testing;
  const std::vector<Fault> faults;
  return try_faults(faults, argc > 1 ? argv[1] : "");
}
