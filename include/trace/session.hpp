// SPDX-License-Identifier: Apache-2.0
// Session, Run, Node: handles of a worker, of a workflow run, and of one action of that run.
//
// A worker starts one Session, opens a Run for each workflow run that it works on and a Node for
// each action (contract: Event Fields, `runId` and `nodeId`). trace::record() (record.hpp) records
// an event; the methods here record the events of a node's life cycle.
//
// Ownership: each destructor ends what its object owns: ~Node reports a node that was left open,
// ~Run unregisters callbacks, ~Session closes. Objects may outlive the Session; what they record
// after that is counted as dropped. Thread-safety: every method of Session, Run and Node may be
// called from any thread at any time except during that object's own destruction or move.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <trace/capture_limits.hpp>
#include <trace/config.hpp>
#include <trace/detail/event_format.hpp>
#include <trace/event.hpp>
#include <trace/export.hpp>
#include <trace/field.hpp>
#include <trace/orphan.hpp>
#include <trace/redaction.hpp>
#include <trace/result.hpp>
#include <trace/summary.hpp>
#include <trace/transport.hpp>
#include <trace/transport_type.hpp>

namespace trace {

class LineStream;
class Node;
class Run;
enum class Outcome : std::uint8_t;  // of record() (record.hpp)

namespace detail {
struct NodeBase;
NodeBase* base_of(const Node& node) noexcept;  // null: a detached node
}  // namespace detail
namespace detail::session {
class RollingSession;
struct RunState;
struct NodeState;
}  // namespace detail::session
namespace detail::ship {
struct CancelCallback;
}

// Why record() returned Outcome::dropped; an index of Stats::dropped_by.
enum class DropReason : std::uint8_t {
  budget,         // the journal's budget is spent and the policy is drop
  disk_full,      // the journal's disk is full, or RLIMIT_FSIZE is reached
  closed,         // the session is closed
  bad_id,         // run or node id is empty, too long or contains control characters
  bad_number,     // a field holds NaN or an infinity; STARTED and the end lose their fields instead
  bad_format,     // a user-defined formatter threw
  bad_timestamp,  // EventBody::timestamp is not a valid time stamp
  too_large,      // does not fit into a slab even when trimmed
  nested,         // record() inside record() of the same thread (a signal handler)
  forked,         // in a child of _Fork(), or of fork() if the transport has no another()
  no_memory,      // a lane, slab or definition could not be allocated
  count_
};
// "budget", "closed", …; static storage.
SHIPTRACE_API std::string_view name(DropReason reason) noexcept;

// Counters since the session's start, each exact at some instant during the call.
struct Stats {
  std::uint64_t accepted = 0;  // record() returned Outcome::accepted
  std::uint64_t filtered = 0;  // below Config::level
  std::uint64_t dropped = 0;   // sum of dropped_by
  std::array<std::uint64_t, static_cast<std::size_t>(DropReason::count_)> dropped_by{};
  // Events that were accepted, and finishes of runs, and then lost: neither acknowledged, nor in a
  // journal that a later session finds, nor in rejected.ndjson. Final after close().
  std::uint64_t lost = 0;
  std::uint64_t acknowledged = 0;  // stored by the backend
  std::uint64_t rejected = 0;      // permanently refused by it, kept in rejected.ndjson
  // Refused events, of this session or another, that were removed from rejected.ndjson because
  // their share of the budget was spent, or that could not be kept there.
  std::uint64_t dead_letters_dropped = 0;
  std::uint64_t batches = 0;                    // acknowledged sends
  std::uint64_t retries = 0;                    // other sends
  std::uint64_t slabs_mapped_by_producers = 0;  // the keeper was too slow
  std::uint64_t slabs_ready = 0;                // 512 KiB each, ready for producers
  std::uint64_t journal_bytes = 0;              // reserved on disk now
};

// What close() left behind. Every accepted event is acknowledged, in rejected.ndjson, kept, or
// lost.
struct Closed {
  // Events, and finishes of runs (Run::finish()), in a journal in `journal`; a later session sends
  // them.
  std::uint64_t kept = 0;
  // Not sent, and not in such a file, because the journal was in memory or because somebody
  // removed, replaced or truncated it; or refused by the backend and not kept in rejected.ndjson.
  // The diagnostic "lost" gives the reason.
  std::uint64_t lost = 0;
  std::string journal;  // the journal's directory
};

// A registered cancellation callback. The destructor unregisters it and waits until a running call
// has returned (unless it is called from the callback itself).
class SHIPTRACE_API CancelSubscription {
 public:
  CancelSubscription() = default;
  ~CancelSubscription();
  CancelSubscription(CancelSubscription&&) noexcept = default;
  CancelSubscription& operator=(CancelSubscription&&) noexcept;

 private:
  friend class Node;
  friend class Run;
  explicit CancelSubscription(std::shared_ptr<detail::ship::CancelCallback> callback) noexcept;
  std::shared_ptr<detail::ship::CancelCallback> callback_;
};

// How an attempt of a node failed (contract: Failure Semantics).
struct Failure {
  std::string message = {};
  std::string code = {};   // empty: none
  std::string stack = {};  // empty: none
  bool retryable = false;  // true: only this attempt failed, the run continues
  int attempt = 0;         // 1, 2, 3 …; 0: as this session has counted
};

// Who ends work before it is done (contract: Failure Semantics).
enum class StopReason : std::uint8_t {
  user,      // a person: Ctrl-C, a cancellation that the backend reports. The run is CANCELLED.
  shutdown,  // the worker stops: SIGTERM, a deployment. The node failed, and may be retried.
};

// One action of a run, created by Run::node(). Move-only. If the node has started and not ended,
// ~Node records FAILED: with the code EXCEPTION if an exception destroys the handle, else
// ABANDONED.
class SHIPTRACE_API Node {
 public:
  Node(Node&&) noexcept = default;
  Node& operator=(Node&&) noexcept;
  ~Node();

  // The events of a node's life. Each takes fields for `data` as last arguments, at most eight:
  //   node.started(trace::field("host", host));
  //
  // Records STARTED, info. Call it again for a new attempt: from the second on, data.attempt of the
  // node's STARTED, COMPLETED and FAILED is the number of the attempt.
  void started() noexcept;
  template <class... F>
  void started(const Field<F>&... fields) noexcept;
  // Records COMPLETED, info; the forms with `output` with a summary of it (summary.hpp).
  void completed() noexcept;
  template <class... F>
  void completed(const Field<F>&... fields) noexcept;
  void completed(std::string_view output) noexcept;
  template <class... F>
  void completed(std::string_view output, const Field<F>&... fields) noexcept;
  // Records FAILED, error; with data.retryable and data.attempt.
  void failed(const Failure& failure) noexcept;
  template <class... F>
  void failed(const Failure& failure, const Field<F>&... fields) noexcept;
  // The same with the text of an exception, for handlers: node.failed(std::current_exception()).
  // The code is EXCEPTION, data.exception the exception's type; the texts of nested exceptions
  // (std::throw_with_nested) follow after ": ".
  template <std::same_as<std::exception_ptr> E>  // not from {}, which is a Failure
  void failed(const E& exception) noexcept {
    failed_by(exception);
  }
  // Records COMPLETED with data.skipped for a node that need not run, so that the run's progress
  // reaches its total. Instead of started().
  void skipped(std::string_view reason) noexcept;
  // Records that the node's work was stopped. user: "Run cancelled by user", then FAILED with the
  // code CANCELLED. shutdown: FAILED with the code WORKER_STOPPED and data.retryable.
  void stopped(StopReason reason) noexcept;

  // The number, from 1 on, of the attempt that the next started() begins, for an engine that counts
  // attempts over processes. Otherwise it counts the started() of all handles of the node in this
  // session.
  void set_next_attempt(int number) noexcept;

  // Records PROGRESS at this level: trace::record() in short, with the same rules for format
  // strings and the same fast path. Fields come last:
  //   node.info("{} resolved", done, trace::field("host", host));
  template <class... A>
  Outcome debug(detail::EventFormat<std::type_identity_t<A>...> format,
                const A&... values) const noexcept;
  template <class... A>
  Outcome info(detail::EventFormat<std::type_identity_t<A>...> format,
               const A&... values) const noexcept;
  template <class... A>
  Outcome warn(detail::EventFormat<std::type_identity_t<A>...> format,
               const A&... values) const noexcept;
  template <class... A>
  Outcome error(detail::EventFormat<std::type_identity_t<A>...> format,
                const A&... values) const noexcept;
  // Records PROGRESS, info, with the message "<done> of <total>" and both in data.progress.
  Outcome progress(std::uint64_t done, std::uint64_t total) const noexcept;

  // A summariser for output of this node. If the output exceeds the limits, its secrets are removed
  // before it is cut, and `bytes` and `sha256` are those of the redacted text.
  Summariser summariser(SummaryLimits limits = {}) const;

  // The first `most_bytes` bytes of a text about this node. Known secrets and everything that looks
  // like a token are removed before the text is cut.
  CutText cut(std::string_view text, std::size_t most_bytes) const;

  // A sink for output of this node; its lines become events with data.stream and data.origin, which
  // says what the output comes from: at most 64 bytes, the rest is cut off between characters. The
  // stream refers to this node's state and may outlive the handle. Limits and origin belong to the
  // node: those of its first stream apply. Not for a node that was detached.
  LineStream stream(Stream stream, const CaptureLimits& limits = {},
                    std::string_view origin = "component");

  // Calls `callback` once, on the SDK's shipper thread, when the backend reports that the run was
  // cancelled; on the calling thread, immediately, if it already was. A thread that the callback
  // starts inherits the shipper's scheduling (SCHED_BATCH, unless the host's is not SCHED_OTHER).
  [[nodiscard]] CancelSubscription on_cancel(std::function<void()> callback);

  std::string_view id() const noexcept;
  std::string_view run_id() const noexcept;
  // The session that records for this node in this process; part of the names of its containers.
  std::string_view session_id() const noexcept;
  // Path of that session's journal; empty if it is in memory only. Valid as long as the node.
  std::string_view journal() const noexcept;
  // Records in that journal that something is about to be started, which an adopter must remove:
  // `bytes` for the OrphanCleaner that is registered for `owner`. Copied. False: there is no
  // journal, no room for one more, or `owner` is empty or longer than 255 bytes.
  bool add_note(std::string_view owner, std::string_view bytes) const noexcept;
  // What one add_note() announced has been removed. A session that closes with unsettled notes
  // keeps all of them, so that a later session or recover() removes the rest.
  void settle_note() const noexcept;

  // Gives the node up without recording its end, because another process continues it or its end
  // is recorded already. What is recorded through this handle afterwards is dropped and not
  // counted.
  void detach() noexcept { state_.reset(); }

 private:
  void failed_by(const std::exception_ptr& exception) noexcept;
  friend class Run;
  friend detail::NodeBase* detail::base_of(const Node& node) noexcept;
  explicit Node(std::shared_ptr<detail::NodeBase> state) noexcept;
  detail::session::NodeState* state() const noexcept;
  // nullopt without memory.
  std::optional<std::string> summary_of(std::string_view output) const noexcept;

  std::shared_ptr<detail::NodeBase> state_;  // of a NodeState
};

inline detail::NodeBase* detail::base_of(const Node& node) noexcept { return node.state_.get(); }

// Metadata of a run, sent beside `runId` in each envelope.
struct RunSpec {
  std::string workflow_id = {};
  std::string organization_id = {};
  std::uint32_t total_actions = 0;  // number of nodes in the workflow; 0: unknown
};

// One workflow run that this worker works on, created by Session::run(). Move-only.
class SHIPTRACE_API Run {
 public:
  Run(Run&&) noexcept = default;
  Run& operator=(Run&&) noexcept = default;
  ~Run();

  // `id`: 1 to 256 bytes without control characters; with any other id everything recorded for the
  // node is dropped as bad_id and a diagnostic is reported. Invalid UTF-8 is replaced by U+FFFD.
  // Copied.
  Node node(std::string_view id);
  // The same for a node that other processes record for as well: one starts it, another ends it.
  // ~Node and close() do not end it, and nobody reports it as lost when this process is gone.
  Node shared_node(std::string_view id);

  // Like Node::on_cancel; registered until ~Run, which unregisters and waits.
  void on_cancel(std::function<void()> callback);

  // Says that the run is finished: no more nodes will start. The backend then knows the result of
  // the run when its last node has ended, without waiting for a quiet time. Written to the journal
  // before the call returns, sent when every event of the run that was recorded before is
  // acknowledged or rejected, and repeated, after a crash by the recovery, until the backend
  // acknowledges it; flush() and close() wait for that like for an event. The time of the first
  // call counts. A node may still start: the backend compares the times. If the journal has no
  // space for it, the diagnostic "journal" says that it is not crash-safe, and close() counts it as
  // lost if it was not sent. After close(), and of a run with an invalid id, it is counted as
  // dropped. Not in a signal handler.
  void finish() noexcept;

  std::string_view id() const noexcept;

 private:
  friend class Session;
  explicit Run(std::shared_ptr<detail::session::RunState> state) noexcept;
  Node make_node(std::string_view id, bool is_shared);
  std::shared_ptr<detail::session::RunState> state_;
  std::vector<CancelSubscription> callbacks_;
};

// The replaceable parts of a session and a recovery.
struct Dependencies {
  std::unique_ptr<Transport> transport = {};  // null: made by the type in `transports`
  OrphanCleaners clean_up_orphans = {};       // remove what dead sessions left running
  TransportRegistry transports = {};          // of these, Config::transport selects one
};

// A worker's connection to its backend, with the journal that makes it crash-safe. Move-only.
// Owns two threads: the keeper (journal space) and the shipper (delivery).
//
// fork(): handles keep working in the child. What the child records goes into a session of its own
// (new identity, new journal file, same configuration), which starts with its first record or run()
// and ends with close(); the parent's session is not touched. A child that ends without close()
// leaves its journal to be recovered, like a worker that died. Nodes that the parent started remain
// the parent's.
class SHIPTRACE_API Session {
 public:
  // Validates the configuration, opens the journal, starts the threads. On failure the error lists
  // every invalid field. The first form knows the built-in transports and removes orphaned
  // containers (shiptrace::shiptrace).
  static Result<Session> start(Config config);
  static Result<Session> start(Config config, Dependencies dependencies);

  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();  // close(Config::close_timeout)

  // `id`: 1 to 128 bytes without control characters; with any other id everything recorded for the
  // run is dropped as bad_id and a diagnostic is reported. Invalid UTF-8 is replaced by U+FFFD,
  // also in `spec`; ids in `spec` that are too long (workflow: 256 bytes, organization: 191) are
  // omitted and reported as a diagnostic. Copied. The same id may be opened again.
  Run run(std::string_view id, const RunSpec& spec = {});

  // Sends everything recorded before the call, finishes of runs included, ignoring the current
  // backoff. Returns true if all of it was acknowledged or rejected before the deadline.
  bool flush(std::chrono::milliseconds deadline);

  // Ends open nodes as stopped(StopReason::shutdown) does, flushes, stops the threads. Takes at
  // most `deadline`, and less if the backend refuses what is left. Events that could not be sent
  // remain in the journal, if there is one. Reports what this session lost (Stats::dropped,
  // Stats::lost) as the diagnostic "lost", with final counts. A second call returns the same result
  // and does nothing.
  Closed close(std::chrono::milliseconds deadline);

  // Replaces the value by "[REDACTED]" in everything that is recorded and sent from now on, also in
  // its encodings (redaction.hpp). Any thread, but not a signal handler. What was recorded before
  // is redacted when it is sent, but is in the journal until then. Refusals and warnings are also
  // reported as a diagnostic, without the value. A null pointer does nothing. Copied. Takes time
  // linear in the bytes that are added: the keeper's thread builds the tables of all secrets
  // (docs/redaction.md).
  AddSecretResult add_secret(const char* value) noexcept;
  AddSecretResult add_secret(std::string_view value) noexcept;

  // Changes Config::level: from now on events below it are filtered. Any thread, but not a signal
  // handler.
  void set_level(Level level) noexcept;

  Stats stats() const noexcept;
  // The session's ULID, 26 characters; that of the first journal if it needed several.
  std::string_view id() const noexcept;

 private:
  explicit Session(std::shared_ptr<detail::session::RollingSession> rolling) noexcept;
  // This process's; null in a child of fork() that has recorded nothing, unless `starts` it.
  std::shared_ptr<detail::session::RollingSession> here(bool starts = false) const;
  std::shared_ptr<detail::session::RollingSession> rolling_;
};

// Splits a node's output into lines and records them; created by Node::stream(). The bytes may be
// split anywhere. Lines end at \n and \r\n; of text that a lone \r overwrites (progress bars) the
// last frame is kept; secrets and control sequences are removed; UTF-8 is never cut, and invalid
// UTF-8 is repaired. data.stream names the stream (contract: Worker Responsibilities). Lines that
// arrive at a high rate are joined by \n into one event, with their number in data.lines; a line of
// more than 16 KiB becomes several events, all but the last with data.continued. Output beyond the
// limits is counted and reported when the node's last stream has ended. See docs/capture.md.
//
// It calls record(): when the journal is full, lines are dropped and counted, or the call blocks
// (Config::when_full). One thread at a time per stream; different streams may use different
// threads.
class SHIPTRACE_API LineStream {
 public:
  LineStream(LineStream&&) noexcept;
  LineStream& operator=(LineStream&&) noexcept;
  ~LineStream();  // finish()

  // Records each line that these bytes complete. The bytes are copied.
  void write(std::string_view bytes);
  // Ends the stream: records the unfinished last line, if any, and, for the node's last stream, the
  // tail. Bytes that are written later start a new stream.
  void finish();

  // For callers with an event loop: events may be delayed to be joined with others, and an
  // unfinished line is recorded after a while. Call tick() at next_due(), which is
  // time_point::max() if nothing is pending.
  void write(std::string_view bytes, std::chrono::steady_clock::time_point now);
  void tick(std::chrono::steady_clock::time_point now);
  std::chrono::steady_clock::time_point next_due() const noexcept;

  // Also calls `see` for each line (a long one in parts) and each recorded frame, including those
  // that are omitted; without secrets and control sequences. Called within write(), tick() and
  // finish(); the line is valid during the call.
  void on_line(std::function<void(const RedactedText& line)> see);

  // Also calls `see` with all bytes as they arrive, secrets removed. Bytes that may be the start of
  // a secret are delayed, at the latest until finish().
  void on_bytes(std::function<void(std::string_view bytes)> see);

  // Written so far: complete lines, bytes, and frames that a progress display has overwritten.
  std::uint64_t lines() const noexcept;
  std::uint64_t bytes() const noexcept;
  std::uint64_t frames() const noexcept;

 private:
  friend class Node;
  struct State;
  explicit LineStream(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace trace
