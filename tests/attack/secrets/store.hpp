// SPDX-License-Identifier: Apache-2.0
// The trials of this table, and the store that they look into. One thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "faults/table/table.hpp"
#include "support/collector.hpp"
#include "support/temp_dir.hpp"

namespace trace::testing {

void cut_command_lines(Trial& trial);
void encoded_files(Trial& trial);
void written_by_tools(Trial& trial);
void many_long_secrets(Trial& trial);
void secrets_added_one_by_one(Trial& trial);

// A collector, and what workers have sent to it.
class Store {
 public:
  // Runs `shiptrace run --node <node> -- <argv>` with the variables, of which names such as
  // MY_SECRET say that they are secrets. Returns the exit code.
  int run(const std::string& node, std::vector<std::string> argv,
          std::map<std::string, std::string> env);
  // All that the store has of the run, as `shiptrace tail --json` prints it.
  std::string events();
  // Messages of the lines that a node has printed, each with its line end.
  std::string printed(const std::string& node);

  std::string file(const std::string& name) const { return directory_ / name; }

 private:
  Collector collector_;
  TempDir directory_;
};

}  // namespace trace::testing
