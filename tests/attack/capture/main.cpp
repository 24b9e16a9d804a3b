// SPDX-License-Identifier: Apache-2.0
// A table of attacks: what a child, its reader or a full machine can do to a capture.
//   shiptrace_attack_capture [FILTER]
#include "attack/capture/attacks.hpp"

int main(int argc, char** argv) {
  using namespace trace::testing;
  std::vector<Fault> faults = reader_attacks();
  for (const auto& more : {resource_attacks(), signal_attacks(), docker_attacks()}) {
    faults.insert(faults.end(), more.begin(), more.end());
  }
  return try_faults(faults, argc > 1 ? argv[1] : "");
}
