// Session, Run, Node: who records, for which run, for which action of it.
//
// A worker starts one Session, opens a Run for each workflow run that it works for and a Node for
// each action (contract: Event Fields, `runId` and `nodeId`). trace::record() (record.hpp) is the
// verb; the methods here write the events of a node's life with the level of their type.
//
// Ownership: each object owns its part and ends it in its destructor: ~Node reports a node that
// was left open, ~Run unregisters callbacks, ~Session closes. Objects may outlive the Session;
// what they record then is counted as dropped.
// Thread-safety: every method of Session, Run and Node may be called from any thread at any time
// except during that object's own destruction or move.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <trace/capture_limits.hpp>
#include <trace/config.hpp>
#include <trace/event.hpp>
#include <trace/orphan.hpp>
#include <trace/redacted_text.hpp>
#include <trace/redaction.hpp>
#include <trace/result.hpp>
#include <trace/summary.hpp>
#include <trace/transport.hpp>

namespace trace {

class LineStream;
class Node;
class Run;

namespace detail {
struct NodeCore;
}
namespace detail::session {
class RollingSession;
struct RunState;
struct NodeState;
}  // namespace detail::session
namespace detail::ship {
struct CancelCallback;
}

// Why record() answered Outcome::dropped. Session::stats() counts by it.
enum class DropReason : std::uint8_t {
  budget,         // the journal's budget is spent and the policy is drop
  disk_full,      // the disk of the journal, or a limit on the file's size, leaves no room
  closed,         // the session is closed, or the run or node handle is empty
  bad_id,         // run or node id: empty, too long or with control characters
  bad_number,     // a field holds NaN or an infinity
  bad_format,     // a user-defined formatter threw
  bad_timestamp,  // EventBody::timestamp is none of the contract
  too_large,      // does not fit into a slab even when trimmed
  nested,         // record() inside record() of the same thread (a signal handler)
  forked,         // in a child of _Fork(), or of fork() when the transport has no another()
  no_memory,      // a lane, slab or definition could not be allocated
  count_
};
// "budget", "closed", …; static storage.
std::string_view name(DropReason reason) noexcept;

// Counters since the session's start, each exact at some instant during the call.
struct Stats {
  std::uint64_t accepted = 0;  // record() answered Outcome::accepted
  std::uint64_t filtered = 0;  // below Config::level
  std::uint64_t dropped = 0;   // sum of dropped_by
  std::array<std::uint64_t, static_cast<std::size_t>(DropReason::count_)> dropped_by{};
  // Accepted, and then lost: neither with the backend, nor in a journal that a later start finds,
  // nor in rejected.ndjson. Final after close().
  std::uint64_t lost = 0;
  std::uint64_t acknowledged = 0;  // stored by the backend
  std::uint64_t rejected = 0;      // refused by it for good, kept in rejected.ndjson
  // Refused events, of this session or another, that were removed from rejected.ndjson because
  // their share of the budget was spent, or that could not be kept there.
  std::uint64_t dead_letters_dropped = 0;
  std::uint64_t batches = 0;                    // sends that were acknowledged
  std::uint64_t retries = 0;                    // sends that were not
  std::uint64_t slabs_mapped_by_producers = 0;  // the keeper was late
  std::uint64_t slabs_ready = 0;                // 512 KiB each, waiting for producers
  std::uint64_t journal_bytes = 0;              // reserved on disk now
};

// What close() left behind. Every event that was accepted is with the backend, in rejected.ndjson,
// kept, or lost.
struct Closed {
  std::uint64_t kept = 0;  // in a journal file in `journal`, from which a later start sends them
  // Gone: not sent, and in no such file, because the journal was in memory or because somebody
  // removed, replaced or truncated it; or refused by the backend and not kept in rejected.ndjson.
  // The diagnostic "lost" says why.
  std::uint64_t lost = 0;
  std::string journal;  // the journal's directory
};

// A registered cancellation callback; its destructor unregisters it and waits until a running
// call has ended (except when called from within the callback).
class CancelSubscription {
 public:
  CancelSubscription() = default;
  explicit CancelSubscription(std::shared_ptr<detail::ship::CancelCallback> callback) noexcept;
  ~CancelSubscription();
  CancelSubscription(CancelSubscription&&) noexcept = default;
  CancelSubscription& operator=(CancelSubscription&&) noexcept;

 private:
  std::shared_ptr<detail::ship::CancelCallback> callback_;
};

// How an attempt of a node failed (contract: Failure Semantics).
struct Failure {
  std::string message = {};
  std::string code = {};   // empty: none
  std::string stack = {};  // empty: none
  bool retryable = false;  // true: this attempt failed, the run goes on
  int attempt = 0;         // 1, 2, 3 …; 0: unknown
};

// One action of a run. Made by Run::node(). Move-only.
// ~Node of a node that was started and not ended records FAILED with the code ABANDONED.
class Node {
 public:
  Node(Node&&) noexcept = default;
  Node& operator=(Node&&) noexcept;
  ~Node();

  // STARTED, info. A new attempt starts the node again.
  void started() noexcept;
  // COMPLETED, info; with the output's summary (summary.hpp) when one is given.
  void completed() noexcept;
  void completed(std::string_view output) noexcept;
  // FAILED, error; data.retryable and data.attempt tell a retry.
  void failed(const Failure& failure) noexcept;

  // A summariser for output of this node: as another one, but what is larger than the limits loses
  // its secrets before it is cut, and `bytes` and `sha256` are those of the text without them.
  Summariser summariser(SummaryLimits limits = {}) const;

  // The beginning of a text about this node, at most so many bytes of it, without secrets and what
  // has the shape of a token: those come out before the text is cut.
  CutText cut(std::string_view text, std::size_t most_bytes) const;

  // A sink for bytes of this node that the SDK did not spawn; their lines become events with
  // data.stream. The stream refers to this node's state and may outlive the handle. The limits are
  // the node's: those of its first stream.
  LineStream stream(Stream stream, const CaptureLimits& limits = {});

  // Calls back on the SDK's shipper thread, once, when the backend says that the run was
  // cancelled; at once on the calling thread if it already was. A thread that is started there
  // inherits the shipper's scheduling (SCHED_BATCH, unless the host's is not SCHED_OTHER).
  [[nodiscard]] CancelSubscription on_cancel(std::function<void()> callback);

  std::string_view id() const noexcept;
  std::string_view run_id() const noexcept;
  // Of the session that records for this node in this process: names its containers, for example.
  std::string_view session_id() const noexcept;
  // The path of that session's journal; empty when it lies in memory only. Valid as long as the
  // node.
  std::string_view journal() const noexcept;
  // Notes in that journal that a container is about to be started through this docker client, so
  // that whoever adopts it looks for it there. Copied. False: there is no journal, or no room for
  // one more.
  bool note_docker_client(std::string_view program) const noexcept;
  // The container of one such note is gone for certain. A session that closes before all are keeps
  // its journal's note, so that a later start or recover() removes what is left.
  void note_container_removed() const noexcept;

  // For the SDK's own layers.
  const detail::NodeCore* core() const noexcept { return core_.get(); }
  detail::session::NodeState* state() const noexcept;
  std::shared_ptr<detail::session::NodeState> shared_state() const noexcept;
  explicit Node(std::shared_ptr<detail::session::NodeState> state) noexcept;
  void release() noexcept { core_.reset(); }  // lets go of the node without reporting

 private:
  std::shared_ptr<detail::NodeCore> core_;  // the base of a NodeState
};

// What is known of a run besides its id; sent beside `runId` in each envelope.
struct RunSpec {
  std::string workflow_id = {};
  std::string organization_id = {};
  std::uint32_t total_actions = 0;  // nodes that the workflow has; 0: unknown
};

// One workflow run that this worker works for. Made by Session::run(). Move-only.
class Run {
 public:
  Run(Run&&) noexcept = default;
  Run& operator=(Run&&) noexcept = default;
  ~Run();

  // `id`: 1 to 256 bytes, no control characters; otherwise everything recorded with the node is
  // dropped as bad_id and a diagnostic says so. Invalid UTF-8 is replaced by U+FFFD. Copied.
  Node node(std::string_view id);

  // As Node::on_cancel, held until ~Run, which unregisters and waits.
  void on_cancel(std::function<void()> callback);

  std::string_view id() const noexcept;

  // For the SDK's own layers.
  Run(std::shared_ptr<detail::session::RunState> state) noexcept;  // NOLINT: internal

 private:
  std::shared_ptr<detail::session::RunState> state_;
  std::vector<CancelSubscription> callbacks_;
};

// The parts that tests and unusual hosts replace; see Session::start.
struct Dependencies {
  std::unique_ptr<Transport> transport;
  Reap reap = {};  // ends what dead sessions left running; empty: nobody does
};

// A worker's connection to its backend, with the journal that makes it crash-safe. Move-only.
// Owns two threads: the keeper (journal space) and the shipper (delivery).
//
// fork(): handles go on working in the child. What the child records goes into a session of its own
// (new identity, new journal file, same configuration), which begins with its first record or
// run() and ends with close(); nothing of the parent is touched. A child that ends without
// close() leaves its journal to the next session that looks, like a worker that died. Nodes that
// the parent started stay the parent's.
class Session {
 public:
  // Checks the configuration, opens the journal, starts the threads. Fails with every wrong
  // field at once. The first form makes the transport that `config.transport` names.
  static Result<Session> start(Config config);
  static Result<Session> start(Config config, Dependencies dependencies);

  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();  // close(Config::close_timeout)

  // `id`: 1 to 128 bytes, no control characters; otherwise everything recorded for the run is
  // dropped as bad_id and a diagnostic says so. Invalid UTF-8 is replaced by U+FFFD, here and in
  // `spec`, whose ids may have 256 bytes: a longer one is left out. Copied. The same id may be
  // opened again.
  Run run(std::string_view id, const RunSpec& spec = {});

  // Sends everything recorded before the call, trying at once whatever the backoff says.
  // True when all of it was acknowledged or rejected in time.
  bool flush(std::chrono::milliseconds deadline);

  // Ends open nodes (FAILED, ABANDONED), flushes, stops the threads. Takes at the longest
  // `deadline`, and returns before it when the backend refuses what is left. Events that could not
  // be sent stay in the journal, when there is one. Reports what this session lost (Stats::dropped,
  // Stats::lost) as the diagnostic "lost", with final counts. A second call returns the same result
  // and does nothing.
  Closed close(std::chrono::milliseconds deadline);

  // From now on the value is replaced by "[REDACTED]" in everything that is recorded and sent, also
  // in its encodings (redaction.hpp). May be called at any time from any thread, but from no
  // signal handler; what was recorded before is replaced when it is sent, but is in the journal
  // until then. What is refused and what is better not used is reported as a diagnostic, too,
  // without the value. A null pointer does nothing. Copied. Takes time linear in the bytes that
  // are added: the keeper's thread builds the tables of all secrets (docs/redaction.md).
  SecretAnswer add_secret(const char* value) noexcept;
  SecretAnswer add_secret(std::string_view value) noexcept;

  Stats stats() const noexcept;
  // The session's ULID, 26 characters; of its first journal, when it needed several.
  std::string_view id() const noexcept;

 private:
  explicit Session(std::shared_ptr<detail::session::RollingSession> rolling) noexcept;
  // Of this process; null in a child of fork() that has recorded nothing.
  std::shared_ptr<detail::session::RollingSession> here() const;
  std::shared_ptr<detail::session::RollingSession> rolling_;
};

// Lines of a node's bytes, from wherever they come; made by Node::stream(). The bytes may be split
// anywhere. Lines end at \n and \r\n; of what a lone \r overwrites (progress bars) the last frame
// is kept; secrets and control sequences are left out, UTF-8 is never cut and repaired where it is
// wrong. data.stream tells the stream (contract: Worker Responsibilities). Lines that come in great
// numbers at a time are one event, joined by \n, data.lines telling how many; a line of more than
// 16 KiB comes in parts, all but the last with data.continued. What is more than the limits is told
// by its volume, when the node's last stream has ended. docs/capture.md tells the rest.
//
// record() is called as anywhere else: when the journal is full, lines are dropped and counted, or
// the call waits (Config::when_full). One thread at a time; different streams may have different
// ones.
class LineStream {
 public:
  LineStream(const std::shared_ptr<detail::session::NodeState>& node, Stream stream,
             std::string_view origin, const CaptureLimits& limits = {});
  LineStream(LineStream&&) noexcept;
  LineStream& operator=(LineStream&&) noexcept;
  ~LineStream();  // finish()

  // Records each line that these bytes complete. The bytes are copied.
  void write(std::string_view bytes);
  // The stream has ended: records the unfinished last line, if there is one. Of the node's last
  // stream also the last lines behind those that were left out. What is written later is a new one.
  void finish();

  // For the SDK's own layers: what would be recorded at once may wait for more to be joined with,
  // and a line without an end is shown after a while. They call tick() at next_due(), which is the
  // end of time when nothing waits.
  void write(std::string_view bytes, std::chrono::steady_clock::time_point now);
  void tick(std::chrono::steady_clock::time_point now);
  std::chrono::steady_clock::time_point next_due() const noexcept;

  // Also shows each line (a long one in parts) and each frame that is passed on to `see`, also
  // those that are left out; without secrets and control sequences. Called within write(), tick()
  // and finish(); the line is valid during the call.
  void on_line(std::function<void(const RedactedText& line)> see);

  // Also shows all bytes to `see`, as they come, with secrets taken out: what may be the start of
  // one comes later, at the latest in finish().
  void on_bytes(std::function<void(std::string_view bytes)> see);

  // Written so far: lines that are complete, bytes, and what a progress display has overwritten.
  std::uint64_t lines() const noexcept;
  std::uint64_t bytes() const noexcept;
  std::uint64_t frames() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trace
