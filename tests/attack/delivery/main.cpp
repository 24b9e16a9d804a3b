// SPDX-License-Identifier: Apache-2.0
// A table of attacks: what a hostile backend or a full disk can do to events: none disappears
// without being counted.
//   shiptrace_attack_delivery [FILTER]
#include <cstring>

#include "attack/delivery/killed_capture.hpp"
#include "attack/delivery/rows.hpp"

int main(int argc, char** argv) {
  using namespace trace::testing;
  if (argc == 4 && std::strcmp(argv[1], "--print") == 0) return print_lines(argv[2], argv[3]);
  std::vector<Fault> faults = kept_and_lost_rows();
  for (const auto& more : {refusal_rows(), identity_rows(), killed_capture_rows()}) {
    faults.insert(faults.end(), more.begin(), more.end());
  }
  return try_faults(faults, argc > 1 ? argv[1] : "");
}
