// SPDX-License-Identifier: Apache-2.0
// A table of attacks: which shapes of tokens get through redaction, and what is redacted wrongly.
//   shiptrace_attack_tokens [FILTER]
#include "attack/tokens/attacks.hpp"

int main(int argc, char** argv) {
  using namespace trace::testing;
  std::vector<Fault> attacks = shape_attacks();
  for (Fault& attack : load_attacks()) attacks.push_back(std::move(attack));
  return try_faults(attacks, argc > 1 ? argv[1] : "");
}
