// SPDX-License-Identifier: Apache-2.0
// Attacks by a user with write access to the journal directory: foreign, crafted
// and damaged files.
//   shiptrace_attack_files [FILTER]
#include <vector>

#include "attack/files/rows.hpp"

int main(int argc, char** argv) {
  using namespace trace::testing;
  std::vector<Fault> faults;
  for (const auto& rows : {owner_rows(), link_rows(), bound_rows(), budget_rows()}) {
    faults.insert(faults.end(), rows.begin(), rows.end());
  }
  return try_faults(faults, argc > 1 ? argv[1] : "");
}
