// SPDX-License-Identifier: Apache-2.0
// The options that every command has, and the configuration that they make with the environment.
//
// An option overrides the environment (docs/configuration.md), which overrides the defaults. Filled
// in by the command line, read once by the command; main thread only.
#pragma once

#include <trace/config.hpp>

#include <string>

namespace trace::cli::commands {

struct SharedOptions {
  std::string endpoint;
  std::string journal_dir;
  std::string token_file;
  std::string transport;
  bool quiet = false;
};

// The node that a command records for.
struct NodeOptions {
  std::string run;
  std::string node;
};

// Config::from_env() with the options applied. --quiet also silences the SDK's diagnostics, except
// for the final one that reports lost events.
Config config_of(const SharedOptions& options);

}  // namespace trace::cli::commands
