// SPDX-License-Identifier: Apache-2.0
// A table of attacks: which parts of known secrets get through redaction, by `shiptrace run` into a
// collector's store.
//   shiptrace_attack_secrets [FILTER]
#include "attack/secrets/store.hpp"
#include "faults/table/table.hpp"

int main(int argc, char** argv) {
  using namespace trace::testing;
  const std::vector<Fault> faults{
      {"a command line that is cut within a secret", cut_command_lines},
      {"base64 of 300 files that hold a secret", encoded_files},
      {"a secret as shells, languages and dumps write it", written_by_tools},
      {"150 secrets of 6 kB in the environment", many_long_secrets},
      {"2,000 secrets that are added one by one", secrets_added_one_by_one},
  };
  return try_faults(faults, argc > 1 ? argv[1] : "");
}
