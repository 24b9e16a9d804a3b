// SPDX-License-Identifier: Apache-2.0
// A table of attacks: what a web page, a slow client or a malformed request can do to the
// collector.
//   shiptrace_attack_requests [FILTER]
#include "attack/requests/trials.hpp"

int main(int argc, char** argv) {
  using namespace trace::testing;
  std::vector<Fault> attacks = request_attacks();
  for (const auto& more : {crowd_attacks(), held_memory_attacks(), browser_attacks()}) {
    attacks.insert(attacks.end(), more.begin(), more.end());
  }
  return try_faults(attacks, argc > 1 ? argv[1] : "");
}
