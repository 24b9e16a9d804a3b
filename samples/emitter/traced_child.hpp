// What `run` and `docker` have in common: a session around one child, whose output also goes to
// our own terminal and whose end is our own exit status.
//
// Main thread; the child is ended as CANCELLED on Ctrl-C, SIGTERM and SIGHUP, and killed by one
// more Ctrl-C.
#pragma once

#include <trace/capture.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "commands.hpp"
#include "options.hpp"

namespace trace::cli {

struct ChildOptions {
  SharedOptions shared;
  NodeOptions node;
  std::string workflow;
  std::string organization;
  std::string timeout;
  std::vector<std::string> secret_env;
  std::string secret_file;  // NAME=VALUE lines; those with the names of secrets are kept
  bool pty = false;
  bool with_stdin = false;
};

// --run, --node, --workflow, --org, --timeout, --secret-env, --pty, --stdin and the shared options.
void add_child(CLI::App& command, ChildOptions& options);

// The child's program and arguments: what the parser left over, and what it was not shown. Throws
// CLI::ParseError for an option that is none of ours.
std::vector<std::string> child_arguments(const CLI::App& command, const BehindDashes& behind,
                                         const char* what);

// How the capture is told to run the child.
struct ChildControl {
  std::chrono::milliseconds timeout;
  std::stop_token stop;
  std::stop_token kill;
  PassOn pass_on;
  std::optional<Input> input = {};
  std::optional<TerminalSize> terminal;
};
using RunChild = std::function<Ended(Node, ChildControl)>;

// Traces the child; returns the exit status for this process: the child's own, or 1 when the child
// succeeded and events were lost.
int trace_child(const ChildOptions& options, const RunChild& run);

extern const char* const child_exit_codes;  // for --help

}  // namespace trace::cli
