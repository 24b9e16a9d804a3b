// The options that every command has, and the environment below them.
//
// An option of the command line wins over the environment (docs/configuration.md), which wins over
// the defaults. Filled in by the parser, read once by the command; main thread only.
#pragma once

#include <trace/config.hpp>
#include <trace/result.hpp>

#include <string>

namespace CLI {
class App;
}

namespace trace::cli {

struct SharedOptions {
  std::string endpoint;
  std::string journal_dir;
  std::string token_file;
  std::string transport;
  bool quiet = false;
};

void add_shared(CLI::App& command, SharedOptions& options);

// Config::from_env() with the options over it. --quiet also silences the SDK's diagnostics, but for
// the final one that reports lost events.
Config config_of(const SharedOptions& options);

// Which run and node a command records for; `run` and `docker` send the workflow along.
struct NodeOptions {
  std::string run;
  std::string node;
};
void add_node(CLI::App& command, NodeOptions& options);

}  // namespace trace::cli
