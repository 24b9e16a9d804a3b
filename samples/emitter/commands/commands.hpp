// SPDX-License-Identifier: Apache-2.0
// The commands of shiptrace: their options and exit status. children.cpp has run and docker,
// journals.cpp has inspect and recover, lists.cpp has runs and nodes, session.cpp what the commands
// share, each other command a file of its own. An option overrides the environment
// (docs/configuration.md), which overrides the defaults. Main thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <trace/capture.hpp>
#include <trace/config.hpp>
#include <trace/session.hpp>
#include <trace/summary.hpp>

namespace trace::cli::commands {

struct SharedOptions {
  std::string endpoint;
  std::string journal_dir;
  std::string token_file;
  std::string transport;
  bool quiet = false;
};

struct RecoverOptions {
  SharedOptions shared;
  std::string from;         // the endpoint of the journals; empty: the configured one
  std::string export_file;  // empty: they are sent
  bool discard = false;
};

// The node that a command records for.
struct NodeOptions {
  std::string run;
  std::string node;
  RunSpec spec;  // of the run
};

// Config::from_env() with the options applied. --quiet also silences the SDK's diagnostics, except
// for the final one that reports lost events.
Config config_of(const SharedOptions& options);

// Closes the session within Config::close_timeout and reports on stderr how many events are kept in
// the journal, or of a session without events that the `finished` run is. Returns false when events
// are lost: dropped, or accepted and neither sent nor kept (the diagnostic "lost", which --quiet
// does not silence, says how many and why).
bool close(Session& session, const Config& config, const std::string& finished = {});

// Reports events that the backend rejected. Returns the exit code.
int rejected(std::uint64_t events);

struct ChildOptions {
  SharedOptions shared;
  NodeOptions node;
  std::chrono::milliseconds timeout{0};  // 0: none
  std::vector<std::string> secret_env;
  bool pty = false;
  bool with_stdin = false;
};

struct DockerOptions {
  ChildOptions child;
  ContainerSpec container;
  std::string input;
};

struct RecordOptions {
  SharedOptions shared;
  NodeOptions node;
  bool from_stdin = false;
  bool ack = false;  // one line on stdout for each line of stdin
  std::string type;
  std::string level;
  std::optional<std::string> message;
  std::optional<std::string> data;
  std::string output;
  std::optional<std::string> error_message;
  std::optional<std::string> error_code;
};

struct FinishOptions {
  SharedOptions shared;
  std::string run;
  RunSpec spec;
};

struct EmitOptions {
  SharedOptions shared;
  NodeOptions node;
  std::uint64_t events = 0;  // of all threads together
  std::size_t threads = 1;
  double rate = 0;  // events per second of all threads together; 0: unlimited
  std::string label;
  std::string returned;
};

struct SummarizeOptions {
  SharedOptions shared;
  std::string file = "-";
  std::size_t max_bytes = SummaryLimits{}.max_bytes;
  bool json = false;
};

struct VerifyOptions {
  SharedOptions shared;
  std::string run;
  std::string label;
  std::string returned;
};

// How a command shows what it has read.
enum class Format : std::uint8_t {
  table,  // for people
  json,   // one JSON object per line
  raw,    // of events: only their messages
};

struct RunsOptions {
  SharedOptions shared;
  std::size_t limit = 20;
  std::vector<std::string> statuses;  // empty: all
  Format format = Format::table;
};

struct NodesOptions {
  SharedOptions shared;
  std::string run;
  Format format = Format::table;
};

struct CancelOptions {
  SharedOptions shared;
  std::string run;
  Format format = Format::table;
};

struct TailOptions {
  SharedOptions shared;
  std::string run;
  std::string cursor;
  bool follow = false;
  std::optional<std::size_t> lines;  // only the last events; nullopt: all
  std::string since;
  std::vector<std::string> nodes;  // empty: all
  std::string stream;              // empty: all, and events that are not output
  std::string level;               // empty: all
  std::string grep;                // empty: all
  bool utc = false;
  bool exit_status = false;  // exit with the run's verdict
  Format format = Format::table;
};

struct StatusOptions {
  SharedOptions shared;
  std::string run;
  bool utc = false;
  bool exit_status = false;
  Format format = Format::table;
};

// `arguments`: program and arguments of the child, or image and command; not empty.
int run(const ChildOptions& options, const std::vector<std::string>& arguments);
int docker(DockerOptions options, const std::vector<std::string>& arguments);
int record(const RecordOptions& options);
int finish(const FinishOptions& options);
int emit(EmitOptions options);
int summarize(const SummarizeOptions& options);
int recover_all(const RecoverOptions& options);
int verify(const VerifyOptions& options);
int runs(const RunsOptions& options);
int nodes(const NodesOptions& options);
int cancel(const CancelOptions& options);
int tail(const TailOptions& options);
int show_status(const StatusOptions& options);
int inspect(const std::vector<std::string>& paths);

}  // namespace trace::cli::commands
