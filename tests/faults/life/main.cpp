// SPDX-License-Identifier: Apache-2.0
// The table of what can happen in the life of a worker's process: shiptrace_fault_life [FILTER]
#include "faults/life/worker.hpp"

int main(int argc, char** argv) {
  using namespace trace::testing;
  std::vector<Fault> faults = fork_faults();
  for (const auto& more : {process_faults(), storage_faults()}) {
    faults.insert(faults.end(), more.begin(), more.end());
  }
  return try_faults(faults, argc > 1 ? argv[1] : "");
}
