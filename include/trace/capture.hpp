// Capture: run a process or a container as a node of a run, its output as events.
//
// STARTED says what is run; each line of stdout (info) and stderr (warn) becomes a PROGRESS event
// with data.stream and data.origin; COMPLETED carries the summary of stdout, FAILED the reason
// (contract: Worker Responsibilities, Failure Semantics). Arguments go to the program as they
// are: no shell is involved.
//
// Threading: run_… blocks the caller, start_… returns at once and works on one thread of its own.
// The Node is taken over and ended. Nothing here throws for a failing program: that is an Ended.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <trace/capture_limits.hpp>
#include <trace/session.hpp>

namespace trace {

// Receives the raw bytes of the child as they are read, before they are cut into lines; the CLI
// passes them on to the terminal with it. Called on the capture's thread.
using OutputTap = std::function<void(Stream, std::string_view bytes)>;

struct ProcessSpec {
  std::vector<std::string> argv = {};     // program and arguments; looked up in PATH without a '/'
  std::string working_directory = {};     // empty: the caller's
  std::chrono::milliseconds timeout{0};   // 0: none
  std::chrono::milliseconds grace{5000};  // from SIGTERM to SIGKILL, both to the process group
  std::stop_token stop = {};              // a stop request ends the child as CANCELLED
  OutputTap tap = {};
  CaptureLimits limits = {};
};

struct ContainerSpec {
  std::string image = {};
  std::vector<std::string> argv = {};  // empty: the image's own command
  std::vector<std::string> env = {};   // NAMES of variables of this process to pass on
  std::string env_file = {};           // NAME=VALUE lines, read by the docker client
  std::string network = "none";
  std::string memory = {};  // docker's notation, "256m"; empty: no limit
  std::chrono::milliseconds timeout{0};
  std::chrono::milliseconds grace{5000};
  std::stop_token stop = {};
  OutputTap tap = {};
  CaptureLimits limits = {};
  std::string docker = "docker";  // the client to call
};

// How a child ended.
class Ended {
 public:
  struct Facts {
    std::string code = {};  // empty: exit code 0; else PROCESS_EXIT, PROCESS_SIGNAL, TIMEOUT,
                            // CANCELLED, OOM_KILLED, COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE,
                            // IMAGE_NOT_FOUND, DOCKER_UNAVAILABLE
    std::string text = {};  // one line for people
    std::optional<int> exit_code = {};
    std::optional<int> signal = {};
    std::chrono::milliseconds duration{0};
  };
  explicit Ended(Facts facts) : facts_(std::move(facts)) {}

  bool ok() const noexcept { return facts_.code.empty(); }
  std::string_view code() const noexcept { return facts_.code; }
  std::string_view text() const noexcept { return facts_.text; }
  const Facts& facts() const noexcept { return facts_; }

  // The status for this process to exit with: the child's exit code, 128 + signal, 124 for
  // TIMEOUT, 125 when the child could not be started (127 and 126 for COMMAND_NOT_FOUND and
  // COMMAND_NOT_EXECUTABLE), 130 for CANCELLED.
  int exit_status() const noexcept;

 private:
  Facts facts_;
};

// A child that runs. ~Execution stops the child (as CANCELLED) and waits for its end.
class Execution {
 public:
  struct State;
  explicit Execution(std::unique_ptr<State> state) noexcept;
  Execution(Execution&&) noexcept;
  Execution& operator=(Execution&&) noexcept;
  ~Execution();

  // Asks the child to end: SIGTERM, after the grace SIGKILL; a container is stopped. Any thread.
  void stop() noexcept;
  // Blocks until the child and its node have ended. Call it once.
  Ended wait();

 private:
  std::unique_ptr<State> state_;
};

// Processes: own process group; the child dies with this process. (target shiptrace::process)
Ended run_process(Node node, ProcessSpec spec);
Execution start_process(Node node, ProcessSpec spec);

// Containers through the docker client: labelled, named uniquely, removed at the end whatever
// happened. (target shiptrace::docker)
Ended run_container(Node node, ContainerSpec spec);
Execution start_container(Node node, ContainerSpec spec);

}  // namespace trace
