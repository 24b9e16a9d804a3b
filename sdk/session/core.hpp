// SPDX-License-Identifier: Apache-2.0
// SessionCore: the parts of a session and their lifetimes. Shared by handles and threads; the last
// of them destroys it, which unmaps the journal. Public calls end up here.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include <trace/record.hpp>
#include <trace/session.hpp>

#include "config/finalized.hpp"
#include "journal/file.hpp"
#include "journal/live_files.hpp"
#include "journal/slab_pool.hpp"
#include "journal/tables.hpp"
#include "journal/tail_ring.hpp"
#include "record/admission_gate.hpp"
#include "record/lane.hpp"
#include "recovery/adoptions.hpp"
#include "secrets/event_redactor.hpp"
#include "secrets/secrets.hpp"
#include "session/keeper.hpp"
#include "session/losses.hpp"
#include "session/node_bases.hpp"
#include "session/node_state.hpp"
#include "session/step_thread.hpp"
#include "ship/shipper.hpp"

namespace trace::detail::session {

class SessionCore final : public std::enable_shared_from_this<SessionCore>,
                          private ship::LiveSession {
 public:
  // Destroyed by its last user, but never in a child of fork(): there it is a copy of the parent's,
  // taken at an arbitrary moment of the parent's threads. `secrets`: of the core that this one
  // succeeds; null: those of the configuration.
  static std::shared_ptr<SessionCore> start(config::FinalizedConfig config,
                                            Dependencies dependencies,
                                            std::shared_ptr<secrets::Secrets> secrets = nullptr);
  SessionCore(config::FinalizedConfig config, Dependencies dependencies,
              std::shared_ptr<secrets::Secrets> secrets);
  ~SessionCore() override;

  std::string_view id() const noexcept { return id_; }
  // Empty for one in memory.
  std::string_view journal_path() const noexcept { return file_->path(); }
  // See Node.
  bool add_note(const journal::Note& note) noexcept;
  void settle_note() noexcept { --unsettled_notes_; }
  Level least_level() const noexcept { return least_level_.load(std::memory_order_relaxed); }
  void set_least_level(Level level) noexcept;

  // For the last lines of a node: a file beside the journal if there is one, and room in the
  // budget; otherwise memory. Throws std::bad_alloc.
  std::unique_ptr<journal::TailRing> make_tail(std::uint64_t text_bytes,
                                               const journal::TailRing::Owner& owner);

  // Recording: see recording.cpp.
  record::Lanes& lanes() noexcept { return lanes_; }
  bool closed() const noexcept { return closed_.load(std::memory_order_relaxed); }
  // False in a child after fork(): the journal is the parent's.
  bool in_own_process() const noexcept { return gate_.in_own_process(); }
  // False in a child of _Fork().
  bool may_be_succeeded() const noexcept {
    return in_own_process() || journal::LiveFiles::fork_count() != fork_count_;
  }
  // A core of the same configuration with an identity, a journal and threads of its own; null if
  // there is no second transport.
  std::shared_ptr<SessionCore> successor() const;
  // Of runs and nodes that refer to this core.
  void add_handle() noexcept { handles_.fetch_add(1, std::memory_order_relaxed); }
  void remove_handle() noexcept { handles_.fetch_sub(1, std::memory_order_release); }
  NodeBases& node_bases() noexcept { return node_bases_; }
  bool in_use() const noexcept { return handles_.load(std::memory_order_acquire) > 0; }
  const Admission& admission() const noexcept { return gate_.admission(); }
  // Opens the fast path for events that are neither below the minimum level nor refused by the
  // budget.
  void admit() noexcept;
  bool disk_is_full() const noexcept { return pool_.disk_is_full(); }
  // The journal's fill level refuses this event; never under the policy `block`.
  bool refused_by_budget(Type type, Level level) const noexcept {
    if (!drops_when_full_ || pool_.used_percent() < 75) [[likely]]
      return false;
    return level == Level::debug || (pool_.used_percent() >= 90 && type == Type::progress);
  }
  // `detail` has static storage or is empty.
  Outcome drop(DropReason reason, std::string_view detail = {}) noexcept {
    losses_.count(reason, detail);
    return Outcome::dropped;
  }
  // The same for an event of a node, which is reported in its stream. `lane`: the thread's, or
  // null.
  Outcome drop(NodeState& node, DropReason reason, const record::Lane* lane,
               std::string_view detail = {}) noexcept;
  // In a child, where the journal must not be touched.
  Outcome drop_in_child() noexcept {
    losses_.count_in_memory(DropReason::forked);
    return Outcome::dropped;
  }
  Outcome filter() noexcept {
    filtered_.fetch_add(1, std::memory_order_relaxed);
    return Outcome::filtered;
  }
  // Gives a new node its number; throws std::bad_alloc.
  void number_node(NodeState& node);
  // Adds the node to the journal's tables, so that events can refer to it by its number. Without
  // space there, or while another thread adds to them, a later call does.
  void add_to_tables(NodeState& node) noexcept;
  // The attempt of the node that an event of its life belongs to; STARTED begins the next one. 0
  // for any other event.
  std::uint32_t attempt_of(NodeState& node, Type type) noexcept;
  // The next attempt is the one after this.
  void set_attempt(NodeState& node, std::uint32_t number) noexcept;
  // Notes a node's start or end in the journal, before that event commits. Not of a shared node.
  void note_life(NodeState& node, Type type, std::uint32_t lane, std::uint64_t sequence) noexcept;

  // Throws std::bad_alloc.
  AddSecretResult add_secret(std::string_view value);
  const secrets::Secrets& secrets() const noexcept { return *secrets_; }
  secrets::RedactionRules redaction() const noexcept {
    return {secrets_, config_.values().redact_patterns};
  }

  // Null if the journal's run numbers are used up.
  ship::RunInfo* open_run(std::string_view id, const RunSpec& spec);
  ship::RunInfo* known_run(std::string_view id) { return runs_.find(id); }
  // See Run::finish(). Throws std::bad_alloc.
  void finish_run(ship::RunInfo& run);
  ship::Diagnostics& diagnostics() noexcept { return diagnostics_; }

  bool flush(time::Steady::time_point deadline);
  Closed close(time::Steady::time_point deadline);
  Stats stats() const noexcept;
  std::chrono::milliseconds close_timeout() const noexcept {
    return config_.values().close_timeout;
  }

 private:
  // The node's entry in the tables, added if it is not there; null without space. `tries`: null
  // also while another thread adds to them. With the mutex of open nodes locked.
  journal::NodeStateRecord* find_in_tables(NodeState& node, bool tries) noexcept;
  void stop_open_nodes();
  // True if everything stamped before `stamp` is resolved. `may_give_in`: returns as soon as no
  // further attempt is made before the deadline.
  bool drain(std::uint64_t stamp, time::Steady::time_point deadline, bool may_give_in);
  // Retries the rest of an adopted journal.
  void settle_adoption(time::Steady::time_point deadline);
  bool has_started_node() const noexcept override {
    return has_started_node_.load(std::memory_order_relaxed);
  }
  ship::RunInfo* run_with_open_node() override;
  // At the end: counts what is kept and lost, and reports the losses.
  void settle_account(bool all_read);
  // Delivers our own events; when idle, those of dead sessions.
  time::Steady::time_point ship(time::Steady::time_point now);
  void stop_threads();
  void report_on_journal(time::Steady::time_point now);
  void release_superseded_secrets();

  const config::FinalizedConfig config_;
  const StampSource source_;
  time::SystemClock clock_;
  ship::Diagnostics diagnostics_;
  const std::string id_;
  // Not shared: only this core's lanes determine when a matcher is no longer read.
  const std::shared_ptr<secrets::Secrets> secrets_;
  mutable std::mutex release_mutex_;  // one thread at a time releases superseded secrets
  std::atomic<Level> least_level_;
  const bool drops_when_full_;
  record::AdmissionGate gate_;
  std::unique_ptr<journal::JournalFile> file_;
  Losses losses_;
  journal::SlabPool pool_;
  time::WallTime wall_time_;
  journal::Tables tables_;
  ship::RunRegistry runs_;
  journal::Nodes nodes_;
  ship::DeadLetters dead_letters_;
  record::Lanes lanes_;
  LossEvents loss_events_;
  std::unique_ptr<Transport> transport_;
  const OrphanCleaners clean_up_orphans_;
  Keeper keeper_;
  ship::TakenEvents taken_events_;  // of this process, from any journal
  ship::Shipper shipper_;
  recovery::Adoptions adoptions_;
  std::atomic<bool> adopting_{false};  // the shipper's thread is delivering another journal
  std::atomic<bool> adoption_is_refused_{false};
  std::atomic<std::uint64_t> adoption_steps_{0};
  std::atomic<bool> draining_{false};  // a caller waits for our own events

  const std::uint32_t fork_count_ = journal::LiveFiles::fork_count();
  std::atomic<std::uint64_t> handles_{0};
  NodeBases node_bases_;
  std::atomic<std::uint64_t> tails_{0};
  bool truncation_reported_ = false;
  time::Steady::time_point next_file_check_{};
  std::atomic<std::uint64_t> filtered_{0};
  std::atomic<bool> closed_{false};
  std::mutex close_mutex_;
  Closed close_result_;
  std::mutex notes_mutex_;
  std::atomic<std::int64_t> unsettled_notes_{0};
  std::mutex open_nodes_mutex_;
  struct OpenNode {
    std::weak_ptr<NodeState> state;
    ship::RunInfo* run;
  };
  std::unordered_map<NodeState*, OpenNode> open_nodes_;
  std::atomic<bool> has_started_node_{false};
  std::mutex finishes_mutex_;  // of RunInfo::finish_stamp

  // Last, so that the threads end before what they use is destroyed.
  std::atomic<std::uint64_t> lost_{0};
  time::Steady::time_point hold_until_{};  // shipper's thread
  std::unique_ptr<StepThread> keeper_thread_;
  std::unique_ptr<StepThread> shipper_thread_;
};

}  // namespace trace::detail::session
