// SPDX-License-Identifier: Apache-2.0
// Capture: runs a process or a container as a node of a run and records its output as events.
//
// STARTED names the command. Each line of output becomes a PROGRESS event with data.stream,
// data.origin and a level: the one that the line states, otherwise info (warn for stderr).
// COMPLETED carries the summary of stdout, FAILED the reason (contract: Worker Responsibilities,
// Failure Semantics). Arguments reach the program unchanged: no shell is involved. The session's
// secrets are removed from everything that is recorded. See docs/capture.md.
//
// Threading: run_… blocks the caller; start_… returns at once and works on one thread of its own.
// Any thread may call them. They take over the Node and end it; the spec is copied or moved in.
// Neither a failing program nor a lack of descriptors, processes or threads throws: both are
// reported as an Ended. A lack of memory for the call itself throws std::bad_alloc. Whatever
// happens, the node gets an end.
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
#include <trace/export.hpp>
#include <trace/orphan.hpp>
#include <trace/session.hpp>

namespace trace {

// Receives the raw bytes of the child as they are read: not yet cut into lines, secrets included.
// Called on a thread of its own, one call at a time and in order; the bytes are valid during the
// call. It may block: once 256 KiB are queued, the child's output is not read until the call
// returns, but timeouts and stop requests still work. After the child was asked to end, output that
// does not fit into the queue is dropped. run_… and Execution return after the last call has
// returned. If it throws a std::exception, the child is killed and the Ended has the code
// ABANDONED; any other exception terminates the process.
using OutputTap = std::function<void(Stream, std::string_view bytes)>;

// Where the child's raw output is also written: stdout and terminal output to `out`, stderr to
// `err`. The CLI uses it to forward output to its own stdout and stderr. Negative: nowhere; the
// same holds for a descriptor that is closed. The caller keeps ownership of both.
//
// Threads of the capture write. A reader that does not read blocks the child once 256 KiB are
// queued, but no timeout and no stop request. When the reader has gone (EPIPE), the child's next
// write to that stream fails with a broken pipe, too; a container is killed. Any other write error
// stops the forwarding; the child continues and is recorded. After the child has ended, the rest of
// its output is forwarded until a timeout or stop request: see Ended::Facts::not_passed_on.
struct PassOn {
  int out = -1;
  int err = -1;
};

// Size, in characters, of a pseudo terminal that the child gets instead of pipes. All its output is
// then one stream, Stream::pty, and isatty() is true for it.
struct TerminalSize {
  std::uint16_t rows = 24;
  std::uint16_t columns = 80;
};

// The child's standard input. The descriptor takes precedence over the text.
struct Input {
  std::string text = {};  // these bytes, then end of file
  int descriptor = -1;    // read from this if not negative; the caller closes it after the end
};

// A process. It inherits the environment of this one.
struct ProcessSpec {
  std::vector<std::string> argv = {};     // a program without '/' is looked up in PATH
  std::string working_directory = {};     // empty: the caller's
  std::chrono::milliseconds timeout{0};   // 0: none
  std::chrono::milliseconds grace{5000};  // from SIGTERM to SIGKILL, both to the process group
  std::stop_token stop = {};              // the user's will: ends the child as CANCELLED
  std::stop_token shutdown = {};          // the worker stops: ends it as WORKER_STOPPED
  std::stop_token kill = {};              // ends it without grace, also during it
  OutputTap tap = {};
  PassOn pass_on = {};
  std::optional<Input> input = {};            // nullopt: empty input
  std::optional<TerminalSize> terminal = {};  // nullopt: pipes
  CaptureLimits limits = {};
  std::string traceparent =
      {};  // W3C Trace Context of the caller, for data of STARTED; empty: none
};

// A container. If docker refuses to run it, the result is PROCESS_EXIT with exit code 125 and
// docker's message, and Ended::Facts::refused is set.
struct ContainerSpec {
  std::string image = {};              // pulled if it is missing, within the timeout
  std::vector<std::string> argv = {};  // empty: the image's own command
  // The daemon stores the values of both and shows them to its clients (docker inspect).
  std::vector<std::string> env = {};  // names of variables of this process to pass on
  std::string env_file = {};          // NAME=VALUE lines, read by the docker client; not redacted
  std::string network = "none";
  std::string memory = {};  // docker's notation, "256m"; empty: no limit
  std::string cpus = {};    // docker's notation, "1.5"; empty: no limit
  std::uint32_t pids = 0;   // processes and threads at a time; 0: no limit
  bool read_only = false;   // the root file system is read-only; /tmp is in memory
  std::string user = {};    // docker's notation; empty: the image's
  // In docker's notation, as its options of these names. Empty: docker's defaults.
  std::vector<std::string> volumes = {};  // "/data:/data:ro"
  std::vector<std::string> mounts = {};   // "type=tmpfs,target=/work"
  std::vector<std::string> tmpfs = {};    // "/work:size=64m"
  std::vector<std::string> cap_add = {};  // "NET_RAW"
  std::string entrypoint = {};
  std::string workdir = {};
  std::string gpus = {};      // "all"
  std::string platform = {};  // "linux/arm64"
  std::string pull = {};      // "always", "missing", "never"
  // More options of `docker create`, each a word ("--privileged", "--shm-size=1g"), after ours.
  // They must not change the name, labels, log driver or terminal, nor remove the container at its
  // end.
  std::vector<std::string> options = {};
  std::optional<std::string> input_file = {};  // JSON text for the file $SHIPSEC_INPUT_PATH
  bool result_file = true;  // the file $SHIPSEC_OUTPUT_PATH is the output instead of stdout
  std::chrono::milliseconds timeout{0};   // 0: none
  std::chrono::milliseconds grace{5000};  // from its stop signal to SIGKILL; rounded up to seconds
  std::stop_token stop = {};              // as for a process
  std::stop_token shutdown = {};
  std::stop_token kill = {};
  OutputTap tap = {};
  PassOn pass_on = {};
  std::optional<Input> input = {};
  std::optional<TerminalSize> terminal = {};
  CaptureLimits limits = {};
  std::string docker = "docker";  // the client to call; podman works, too
  std::string traceparent = {};   // as for a process
};

// Resources that a child used. Process: with descendants that it waited for, from the kernel.
// Container: the last reading while it ran.
struct Usage {
  std::chrono::milliseconds user{0};    // CPU time
  std::chrono::milliseconds system{0};  // CPU time in the kernel for it
  std::uint64_t max_rss_bytes = 0;      // peak memory, without file caches
};

// Output that was not forwarded to a descriptor of PassOn, although its reader has not gone.
struct NotPassedOn {
  std::uint64_t bytes = 0;
  int error = 0;  // errno of the write that failed; 0: the reader did not read in time
};

// How a child ended. A plain value, which owns what its views refer to.
class SHIPTRACE_API Ended {
 public:
  struct Facts {
    std::string code = {};  // empty: exit code 0; else PROCESS_EXIT, PROCESS_SIGNAL, TIMEOUT,
                            // CANCELLED, WORKER_STOPPED, OOM_KILLED, COMMAND_NOT_FOUND,
                            // COMMAND_NOT_EXECUTABLE, IMAGE_NOT_FOUND, DOCKER_UNAVAILABLE,
                            // OUTPUT_INVALID, RESOURCE_EXHAUSTED (contract: Failure Semantics);
                            // ABANDONED when the tap threw
    std::string text = {};  // one line, human readable
    bool refused = false;   // docker did not run the container; `text` has its message
    std::optional<int> exit_code = {};
    std::optional<int> signal = {};         // that ended it; for a container, exit code - 128
    std::chrono::milliseconds duration{0};  // since STARTED
    std::optional<Usage> usage = {};        // nullopt: unknown
    std::optional<NotPassedOn> not_passed_on = {};
  };
  explicit Ended(Facts facts) : facts_(std::move(facts)) {}

  bool ok() const noexcept { return facts_.code.empty(); }
  std::string_view code() const noexcept { return facts_.code; }
  std::string_view text() const noexcept { return facts_.text; }
  const Facts& facts() const noexcept { return facts_; }

  // The exit status for this process: the child's exit code, 128 + signal, 124 for TIMEOUT, 125 if
  // the child could not be started (127 and 126 for COMMAND_NOT_FOUND and COMMAND_NOT_EXECUTABLE),
  // 130 for CANCELLED, 143 for WORKER_STOPPED, 1 for OUTPUT_INVALID.
  int exit_status() const noexcept;

 private:
  Facts facts_;
};

// A running child. ~Execution stops the child (as WORKER_STOPPED, because nobody cancelled the run)
// and waits for its end, at most for the grace period. Move-only; a moved-from one can only be
// assigned to.
class SHIPTRACE_API Execution {
 public:
  struct State;
  explicit Execution(std::unique_ptr<State> state) noexcept;
  Execution(Execution&&) noexcept;
  Execution& operator=(Execution&&) noexcept;
  ~Execution();

  // Sends SIGTERM, after the grace period SIGKILL; stops a container. The first reason counts. Any
  // thread.
  void stop(StopReason reason = StopReason::user) noexcept;
  // Sends SIGKILL. Any thread, also after stop(), whose reason then counts; else the user's will.
  void kill() noexcept;
  // Blocks until the child and its node have ended. Call it once.
  Ended wait();

 private:
  std::unique_ptr<State> state_;
};

// Processes, each in a process group of its own; the child is killed when this process dies.
// (target shiptrace::process)
SHIPTRACE_API Ended run_process(Node node, ProcessSpec spec);
SHIPTRACE_API Execution start_process(Node node, ProcessSpec spec);

// Containers through the docker client: labelled, uniquely named, and removed at the end whatever
// happened; data.leftBehind reports that the daemon did not confirm the removal. (target
// shiptrace::docker)
//
// Files: a directory that only we can enter (mode 0700, beside the journal) contains one that is
// mounted at /shipsec, writable for the container. The JSON in the file $SHIPSEC_OUTPUT_PATH at the
// end is the output; text that is not JSON is OUTPUT_INVALID. If the daemon cannot see our files
// (another machine), the container runs without the directory; with an input_file it fails.
SHIPTRACE_API Ended run_container(Node node, ContainerSpec spec);
SHIPTRACE_API Execution start_container(Node node, ContainerSpec spec);

// For Dependencies::clean_up_orphans: removes the containers and files that a dead session left, on
// a thread of its own, for at most about 20 seconds per docker client, through those clients of
// Config::docker_clients that the session noted. Session::start(Config) and recover(Config) install
// it.
SHIPTRACE_API OrphanCleaners container_cleaners();

}  // namespace trace
