// SPDX-License-Identifier: Apache-2.0
// The commands of shiptrace, one file each: what they take, as the command line fills it in, and
// what they return, the exit status. Main thread.
#pragma once

#include <trace/capture.hpp>
#include <trace/summary.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "emitter/commands/session.hpp"

namespace trace::cli::commands {

struct ChildOptions {
  SharedOptions shared;
  NodeOptions node;
  std::string workflow;
  std::string organization;
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
  std::string type;
  std::string level;
  std::optional<std::string> message;
  std::optional<std::string> data;
  std::string output;
  std::optional<std::string> error_message;
  std::optional<std::string> error_code;
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

struct TailOptions {
  SharedOptions shared;
  std::string run;
  std::string cursor;
  bool follow = false;
  bool json = false;
};

struct StatusOptions {
  SharedOptions shared;
  std::string run;
  bool json = false;
};

// `arguments`: program and arguments of the child, or image and command; not empty.
int run(const ChildOptions& options, const std::vector<std::string>& arguments);
int docker(DockerOptions options, const std::vector<std::string>& arguments);
int record(const RecordOptions& options);
int emit(EmitOptions options);
int summarize(const SummarizeOptions& options);
int recover_all(const SharedOptions& options);
int verify(const VerifyOptions& options);
int tail(const TailOptions& options);
int show_status(const StatusOptions& options);
int inspect(const std::vector<std::string>& paths);

}  // namespace trace::cli::commands
