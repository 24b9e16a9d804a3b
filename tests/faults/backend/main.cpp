// SPDX-License-Identifier: Apache-2.0
// The table of what a backend can do wrong: shiptrace_fault_backend [FILTER]
#include "faults/backend/trials.hpp"

int main(int argc, char** argv) {
  using namespace trace::testing;
  std::vector<Fault> faults = connection_faults();
  for (const auto& more : {answer_faults(), tls_faults()}) {
    faults.insert(faults.end(), more.begin(), more.end());
  }
  return try_faults(faults, argc > 1 ? argv[1] : "");
}
