// Capture: run a process or a container as a node of a run, its output as events.
//
// STARTED says what is run; each line of output becomes a PROGRESS event with data.stream,
// data.origin and the level that the line itself says (else info, and warn for stderr); COMPLETED
// carries the summary of stdout, FAILED the reason (contract: Worker Responsibilities, Failure
// Semantics). Arguments go to the program as they are: no shell is involved. The session's secrets
// are taken out of all that is recorded. docs/capture.md tells the rest.
//
// Threading: run_… blocks the caller, start_… returns at once and works on one thread of its own.
// Any thread may call them. The Node is taken over and ended, the spec is copied or moved in.
// Nothing here throws for a failing program, nor for a lack of descriptors, processes or threads:
// that is an Ended. A lack of memory for the call itself throws std::bad_alloc. However a call
// ends, its node has an end.
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

// Receives the raw bytes of the child as they are read, before they are cut into lines and with the
// secrets that are in them. Called on a thread of its own, one call at a time and in order; the
// bytes are valid during the call. It may block: when 256 KiB wait for it the child's output is not
// read until it returns, but time-outs and stop requests work. Once the child was made to end, what
// does not fit is left out. run_… and Execution return after its last call has. When it throws a
// std::exception, the child is killed, and the Ended has the code ABANDONED; anything else that it
// throws ends the process.
using OutputTap = std::function<void(Stream, std::string_view bytes)>;

// Where the child's raw output is also written, as the CLI passes it on to its own stdout and
// stderr: what comes from a terminal and from stdout to `out`, what comes from stderr to `err`.
// Negative: nowhere; so is a descriptor that is closed. They stay yours.
//
// Threads of the capture write, so a reader that does not read holds up the child once 256 KiB wait
// for it, but no time-out and no stop request. When the reader has gone (EPIPE), the child's next
// write to that stream meets a broken pipe, too; a container is killed. Each other error ends the
// passing on; the child goes on and is recorded. After the end of the child its output is passed on
// until all is, or until the time-out or a stop request ends that: Ended::Facts::not_passed_on.
struct PassOn {
  int out = -1;
  int err = -1;
};

// A terminal of the child's own instead of pipes. What it writes comes as one stream,
// Stream::pty; programs that ask whether they talk to a person then say yes.
// In characters.
struct TerminalSize {
  std::uint16_t rows = 24;
  std::uint16_t columns = 80;
};

// What the child reads as its standard input. Of the two the descriptor counts.
struct Input {
  std::string text = {};  // these bytes, then end of file
  int descriptor = -1;    // what this yields, unless negative; it stays yours, open until the end
};

// A process; its environment is ours.
struct ProcessSpec {
  std::vector<std::string> argv = {};     // program and arguments; looked up in PATH without a '/'
  std::string working_directory = {};     // empty: the caller's
  std::chrono::milliseconds timeout{0};   // 0: none
  std::chrono::milliseconds grace{5000};  // from SIGTERM to SIGKILL, both to the process group
  std::stop_token stop = {};              // a stop request ends the child as CANCELLED
  std::stop_token kill = {};              // the same without the grace, also during it
  OutputTap tap = {};
  PassOn pass_on = {};
  std::optional<Input> input = {};            // nothing: there is nothing to read
  std::optional<TerminalSize> terminal = {};  // nothing: pipes
  CaptureLimits limits = {};
};

// A container. What docker refuses of this is PROCESS_EXIT with exit code 125 and docker's words,
// and Ended::Facts::refused.
struct ContainerSpec {
  std::string image = {};              // pulled when it is not here, within the time-out
  std::vector<std::string> argv = {};  // empty: the image's own command
  // The daemon keeps the values of both, and shows them to whoever may talk to it (docker inspect).
  std::vector<std::string> env = {};  // NAMES of variables of this process to pass on
  std::string env_file = {};  // NAME=VALUE lines, read by the docker client; not known to redaction
  std::string network = "none";
  std::string memory = {};  // docker's notation, "256m"; empty: no limit
  std::string cpus = {};    // docker's notation, "1.5"; empty: no limit
  std::uint32_t pids = 0;   // processes and threads at a time; 0: no limit
  bool read_only = false;   // nothing of the image can be written to; /tmp is in memory
  std::string user = {};    // docker's notation; empty: the image's
  std::optional<std::string> input_file = {};  // JSON text for the file $SHIPSEC_INPUT_PATH
  bool result_file = true;  // a file at $SHIPSEC_OUTPUT_PATH is the output, instead of stdout
  std::chrono::milliseconds timeout{0};   // 0: none
  std::chrono::milliseconds grace{5000};  // from its stop signal to SIGKILL; whole seconds, upwards
  std::stop_token stop = {};              // as for a process
  std::stop_token kill = {};
  OutputTap tap = {};
  PassOn pass_on = {};
  std::optional<Input> input = {};
  std::optional<TerminalSize> terminal = {};
  CaptureLimits limits = {};
  std::string docker = "docker";  // the client to call; podman's takes the same orders
};

// What a child used. Of a process with its descendants that it waited for, from the kernel at its
// end; of a container the last of the readings while it ran.
struct Usage {
  std::chrono::milliseconds user{0};    // CPU time
  std::chrono::milliseconds system{0};  // CPU time in the kernel for it
  std::uint64_t max_rss_bytes = 0;      // memory in use at the most, file caches left out
};

// Output that a descriptor of PassOn did not take, although its reader has not left.
struct NotPassedOn {
  std::uint64_t bytes = 0;
  int error = 0;  // errno of the write that failed; 0: the reader did not read in time
};

// How a child ended. A plain value; the views refer to it.
class SHIPTRACE_API Ended {
 public:
  struct Facts {
    std::string code = {};  // empty: exit code 0; else PROCESS_EXIT, PROCESS_SIGNAL, TIMEOUT,
                            // CANCELLED, OOM_KILLED, COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE,
                            // IMAGE_NOT_FOUND, DOCKER_UNAVAILABLE, OUTPUT_INVALID,
                            // RESOURCE_EXHAUSTED (contract: Failure Semantics); ABANDONED when
                            // the tap threw
    std::string text = {};  // one line for people
    bool refused = false;   // docker did not run the container; `text` has its words
    std::optional<int> exit_code = {};
    std::optional<int> signal = {};         // that ended it; of a container, exit code - 128
    std::chrono::milliseconds duration{0};  // from STARTED on
    std::optional<Usage> usage = {};        // nothing when it cannot be known
    std::optional<NotPassedOn> not_passed_on = {};
  };
  explicit Ended(Facts facts) : facts_(std::move(facts)) {}

  bool ok() const noexcept { return facts_.code.empty(); }
  std::string_view code() const noexcept { return facts_.code; }
  std::string_view text() const noexcept { return facts_.text; }
  const Facts& facts() const noexcept { return facts_; }

  // The status for this process to exit with: the child's exit code, 128 + signal, 124 for
  // TIMEOUT, 125 when the child could not be started (127 and 126 for COMMAND_NOT_FOUND and
  // COMMAND_NOT_EXECUTABLE), 130 for CANCELLED, 1 for OUTPUT_INVALID.
  int exit_status() const noexcept;

 private:
  Facts facts_;
};

// A child that runs. ~Execution stops the child (as CANCELLED) and waits for its end, so long as
// the grace may last. Move-only; a moved-from one can only be assigned to.
class SHIPTRACE_API Execution {
 public:
  struct State;
  explicit Execution(std::unique_ptr<State> state) noexcept;
  Execution(Execution&&) noexcept;
  Execution& operator=(Execution&&) noexcept;
  ~Execution();

  // Asks the child to end: SIGTERM, after the grace SIGKILL; a container is stopped. Any thread.
  void stop() noexcept;
  // Ends it at once: SIGKILL. Any thread, also after stop().
  void kill() noexcept;
  // Blocks until the child and its node have ended. Call it once.
  Ended wait();

 private:
  std::unique_ptr<State> state_;
};

// Processes: own process group; the child dies with this process. (target shiptrace::process)
SHIPTRACE_API Ended run_process(Node node, ProcessSpec spec);
SHIPTRACE_API Execution start_process(Node node, ProcessSpec spec);

// Containers through the docker client: labelled, named uniquely, removed at the end whatever
// happened; data.leftBehind says that the daemon did not confirm it. (target shiptrace::docker)
//
// Files: a directory of ours (mode 0700, beside the journal) lends the container one that it may
// write to, mounted at /shipsec. The JSON that is in the file $SHIPSEC_OUTPUT_PATH at the end is
// the output; text that is no JSON is OUTPUT_INVALID. A daemon that does not see our files gets no
// such directory, unless there is an input_file.
SHIPTRACE_API Ended run_container(Node node, ContainerSpec spec);
SHIPTRACE_API Execution start_container(Node node, ContainerSpec spec);

// Removes the containers that a dead session left, and their files; on a thread of its own, for
// about 20 seconds at most for each docker client. Null when that session started none. For
// Dependencies::reap; Session::start(Config) and recover(Config) bring it along.
SHIPTRACE_API std::unique_ptr<Reaping> reap_containers(const AdoptedSession& session);

}  // namespace trace
