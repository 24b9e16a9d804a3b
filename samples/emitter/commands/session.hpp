// SPDX-License-Identifier: Apache-2.0
// The options that every command has, the configuration that they make with the environment, and
// the end of a command's session.
//
// An option overrides the environment (docs/configuration.md), which overrides the defaults. Filled
// in by the command line, read once by the command; main thread only.
#pragma once

#include <trace/config.hpp>
#include <trace/session.hpp>

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

// Closes the session within Config::close_timeout and reports on stderr how many events are kept in
// the journal. Returns false when events are lost: dropped, or accepted and neither sent nor kept
// (the diagnostic "lost", which --quiet does not silence, says how many and why).
bool close(Session& session, const Config& config);

// Reports events that the backend rejected. Returns the exit code.
int rejected(std::uint64_t events);

}  // namespace trace::cli::commands
