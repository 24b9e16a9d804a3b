// SPDX-License-Identifier: Apache-2.0
#include "session/core.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <exception>
#include <numeric>
#include <random>

#include "journal/directory.hpp"
#include "record/ulid.hpp"

namespace trace::detail::session {
namespace {

using namespace std::chrono_literals;

constexpr auto file_check_interval = 5s;
// How long a dead session's journal without progress blocks others.
constexpr auto turn = 60s;
// The keeper and the shipper would keep two processors busy, and the kernel would take a producer's
// for a tick. Bounded, because a flood may keep the keeper busy all the time.
constexpr auto longest_hold = 8ms;
constexpr std::size_t most_superseded_secrets = 16;
// Merging this much takes add_secret() a few milliseconds, and avoids replacing whole texts until
// the keeper has merged.
constexpr std::size_t most_secret_bytes_to_merge_at_once = 4096;
// Address space for events that are recorded beyond the budget.
constexpr std::uint64_t beyond_budget = 64 * 1024 * 1024;

std::unique_ptr<journal::JournalFile> open_journal(const config::FinalizedConfig& config,
                                                   const std::string& id,
                                                   ship::Diagnostics& diagnostics) {
  const Config& values = config.values();
  const journal::JournalIdentity identity{id, values.transport, values.endpoint};
  const std::uint64_t capacity = values.journal_budget + beyond_budget;
  auto directory = journal::JournalDirectory::make(config.journal_dir);
  std::string why;
  if (directory) {
    // Without the lock, sessions could exceed the directory's budget together.
    why = (*directory)->open_file(journal::budget_lock_name, O_RDWR | O_CREAT).why;
  } else {
    why = directory.error().text();
  }
  if (why.empty()) {
    auto file = journal::JournalFile::create(*directory, identity, capacity);
    if (file) {
      if (values.guard_sigbus) journal::LiveFiles::guard_against_truncation();
      return std::move(*file);
    }
    why = file.error().text();
  }
  diagnostics.report("journal", why + "; events are kept in memory only, not crash-safe");
  return journal::JournalFile::in_memory(identity, capacity);
}

std::shared_ptr<secrets::Secrets> secrets_known_to(const config::FinalizedConfig& config,
                                                   ship::Diagnostics& diagnostics) {
  std::string complaints;
  auto secrets =
      secrets::known_secrets(config.credentials, config.values().redact_environment, complaints);
  if (!complaints.empty()) diagnostics.report("redaction", complaints);
  return secrets;
}

// A first estimate of a tick's length; the keeper refines it.
double ns_per_tick(StampSource source) {
  if (source == StampSource::monotonic) return 1.0;
  const std::uint64_t ns = monotonic_ns();
  const std::uint64_t stamp = stamp_now(source);
  std::uint64_t later = ns;
  while (later - ns < 1'000'000) later = monotonic_ns();
  return static_cast<double>(later - ns) / static_cast<double>(stamp_now(source) - stamp);
}

ship::ShipperLimits limits_of(const Config& config) {
  return {{config.batch_bytes, config.batch_events},
          config.batch_delay,
          config.request_timeout,
          std::random_device()()};
}

}  // namespace

std::shared_ptr<SessionCore> SessionCore::start(config::FinalizedConfig config,
                                                Dependencies dependencies,
                                                std::shared_ptr<secrets::Secrets> secrets) {
  return {new SessionCore(std::move(config), std::move(dependencies), std::move(secrets)),
          [](SessionCore* core) {
            if (core->in_own_process()) delete core;
          }};
}

std::shared_ptr<SessionCore> SessionCore::successor() const {
  auto transport = transport_->another();
  if (transport == nullptr) return nullptr;
  std::shared_ptr<secrets::Secrets> secrets;
  {
    // Our keeper must not release what is being copied. In a child there is no keeper, and a thread
    // that does not exist may hold the mutex.
    std::unique_lock lock(release_mutex_, std::defer_lock);
    if (in_own_process()) lock.lock();
    secrets = std::make_shared<secrets::Secrets>(*secrets_);
  }
  auto next = start(config_, {std::move(transport), clean_up_orphans_}, std::move(secrets));
  next->set_least_level(least_level());
  return next;
}

SessionCore::SessionCore(config::FinalizedConfig config, Dependencies dependencies,
                         std::shared_ptr<secrets::Secrets> secrets)
    : config_(std::move(config)),
      source_(best_stamp_source()),
      clock_(source_),
      diagnostics_(config_.values().on_diagnostic, clock_),
      id_(record::new_ulid(clock_.wall_ns() / 1'000'000)),
      secrets_(secrets ? std::move(secrets) : secrets_known_to(config_, diagnostics_)),
      least_level_(config_.values().level),
      drops_when_full_(config_.values().when_full == WhenFull::drop),
      file_(open_journal(config_, id_, diagnostics_)),
      losses_(file_->header(), diagnostics_),
      pool_(*file_, config_.values().journal_budget),
      wall_time_(file_->header().calibrations, clock_.stamp(), clock_.wall_ns(),
                 ns_per_tick(source_)),
      tables_(pool_),
      dead_letters_(file_->directory(), config_.values().journal_budget),
      lanes_(pool_, tables_, source_,
             drops_when_full_ ? record::Lane::WhenEmpty::refuse : record::Lane::WhenEmpty::wait,
             gate_.admission(), *secrets_),
      loss_events_(pool_, source_, id_),
      transport_(std::move(dependencies.transport)),
      clean_up_orphans_(std::move(dependencies.clean_up_orphans)),
      keeper_(pool_, wall_time_, clock_, diagnostics_),
      shipper_({pool_,
                nodes_,
                tables_.sites(),
                tables_,
                runs_,
                wall_time_,
                *transport_,
                clock_,
                dead_letters_,
                diagnostics_,
                taken_events_,
                {secrets_, config_.values().redact_patterns},
                this},
               limits_of(config_.values()), id_),
      adoptions_({config_.values().transport, config_.values().endpoint}, file_->name(), turn,
                 {*transport_,
                  clock_,
                  dead_letters_,
                  diagnostics_,
                  taken_events_,
                  config_.values(),
                  clean_up_orphans_,
                  {secrets_, config_.values().redact_patterns},
                  file_->directory()},
                 limits_of(config_.values())) {
  journal::LiveFiles::follow_forks();
  admit();
  pool_.replenish(2, 16);
  keeper_thread_ =
      std::make_unique<StepThread>("trace-keeper", [this](time::Steady::time_point now) {
        losses_.report();
        report_on_journal(now);
        loss_events_.step(now, !refused_by_budget(Type::progress, Level::debug));
        const time::Steady::time_point next = keeper_.step(now);
        release_superseded_secrets();
        admit();
        // Last, because it takes longest and may run out of memory. Secrets that are added
        // meanwhile are merged by the next step.
        if (secrets_->is_merged()) return next;
        secrets_->merge();
        release_superseded_secrets();
        return secrets_->is_merged() ? next : now;
      });
  shipper_thread_ = std::make_unique<StepThread>(
      "trace-shipper", [this](time::Steady::time_point now) { return ship(now); });
}

SessionCore::~SessionCore() {
  stop_threads();
  losses_.report();
}

std::unique_ptr<journal::TailRing> SessionCore::make_tail(std::uint64_t text_bytes,
                                                          const journal::TailRing::Owner& owner) {
  std::unique_ptr<journal::TailRing> tail;
  if (file_->crash_safe() && in_own_process() && !closed()) {
    pool_.reserve_beside(journal::TailRing::file_bytes(text_bytes), [&] {
      tail = journal::TailRing::create(file_->directory(),
                                       fmt::format("{}-{}{}", id_, ++tails_, journal::tail_ending),
                                       text_bytes, owner);
      return tail->is_in_file();
    });
  }
  return tail ? std::move(tail) : journal::TailRing::in_memory(text_bytes, owner);
}

void SessionCore::admit() noexcept {
  const auto admitted = [this] {
    std::uint32_t levels = 0;
    const bool has_secrets = !secrets_->empty();
    for (const Level level : {Level::debug, Level::info, Level::warn, Level::error}) {
      const bool passes = level >= least_level() && !refused_by_budget(Type::progress, level);
      if (!passes) continue;
      const std::uint32_t bit = std::uint32_t{1} << static_cast<unsigned>(level);
      levels |= bit << Admission::without_text;
      if (!has_secrets) levels |= bit;
    }
    return levels;
  };
  // Another thread may store a value that it computed from an older fill level.
  for (std::uint32_t levels = admitted();; levels = admitted()) {
    gate_.admit(levels);
    if (levels == admitted()) return;
  }
}

Outcome SessionCore::drop(NodeState& node, DropReason reason, const record::Lane* lane,
                          std::string_view detail) noexcept {
  losses_.count(reason, detail);
  if (closed() || node.run == nullptr) return Outcome::dropped;
  std::optional<Neighbour> after;
  if (lane != nullptr) after = {lane->number(), lane->last_sequence(node.run->number)};
  if (node.losses.add(reason, after)) loss_events_.enlist(node);
  return Outcome::dropped;
}

void SessionCore::number_node(NodeState& node) {
  node.base.run_number = node.run->number;
  node.base.number = nodes_.add(node.run->number, node.run->id, node.id);
}

void SessionCore::add_to_tables(NodeState& node) noexcept {
  // A signal handler must not wait for the thread that it interrupts.
  const std::unique_lock lock(open_nodes_mutex_, std::try_to_lock);
  if (lock) find_in_tables(node, true);
}

journal::NodeStateRecord* SessionCore::find_in_tables(NodeState& node, bool tries) noexcept {
  journal::NodeStateRecord*& record = nodes_.record_of(node.base.number);
  if (record == nullptr) {
    const journal::NodeView& view = *nodes_.find_node(node.base.number);
    record = tries ? tables_.try_add_node(view, *node.run->spec)
                   : tables_.add_node(view, *node.run->spec);
  }
  if (record != nullptr) node.base.admission.store(&gate_.admission(), std::memory_order_release);
  return record;
}

std::uint32_t SessionCore::attempt_of(NodeState& node, Type type) noexcept {
  if (type == Type::progress || node.run == nullptr) return 0;
  std::atomic<std::uint32_t>& attempts = nodes_.attempts_of(node.base.number);
  return type == Type::started ? ++attempts : attempts.load();
}

void SessionCore::set_attempt(NodeState& node, std::uint32_t number) noexcept {
  if (node.run != nullptr) nodes_.attempts_of(node.base.number).store(number);
}

void SessionCore::set_least_level(Level level) noexcept {
  least_level_.store(level, std::memory_order_relaxed);
  admit();
}

void SessionCore::note_life(NodeState& node, Type type, std::uint32_t lane,
                            std::uint64_t sequence) noexcept {
  if (node.is_shared) return;
  const bool starts = type == Type::started;
  // Read by the shipper after it has read the event, which is published after this.
  if (starts) has_started_node_.store(true, std::memory_order_relaxed);
  try {
    const std::lock_guard lock(open_nodes_mutex_);
    if (journal::NodeStateRecord* life = find_in_tables(node, false)) {
      auto& at_lane = starts ? life->start_lane : life->end_lane;
      auto& at = starts ? life->start_sequence : life->end_sequence;
      at_lane.store(lane, std::memory_order_relaxed);
      at.store(sequence, std::memory_order_release);
      if (starts) life->end_sequence.store(0, std::memory_order_release);
    }
    node.open.store(starts);
    if (starts) {
      node.exceptions.store(std::uncaught_exceptions());
      open_nodes_.insert_or_assign(&node, OpenNode{node.weak_from_this(), node.run});
    } else {
      open_nodes_.erase(&node);
    }
  } catch (...) {  // no memory: the events themselves are still recorded
  }
}

bool SessionCore::add_note(const journal::Note& note) noexcept {
  if (!file_->crash_safe()) return false;
  const std::lock_guard lock(notes_mutex_);
  const bool noted = journal::add_note(file_->header(), note);
  if (noted) ++unsettled_notes_;
  return noted;
}

AddSecretResult SessionCore::add_secret(std::string_view value) {
  const AddSecretResult result = secrets_->add(value);
  if (secrets_->bytes() <= most_secret_bytes_to_merge_at_once) secrets_->merge();
  // If many are added one by one, the keeper is too slow to release what each of them supersedes.
  if (secrets_->superseded() >= most_superseded_secrets) release_superseded_secrets();
  admit();
  if ((!secrets_->is_merged() || secrets_->superseded() > 0) && in_own_process()) {
    keeper_thread_->wake();
  }
  return result;
}

void SessionCore::release_superseded_secrets() {
  // Another thread would include those that were superseded while this one waited for quiet.
  const std::lock_guard lock(release_mutex_);
  const std::size_t superseded = secrets_->superseded();
  if (superseded == 0 || !lanes_.wait_until_quiet(time::Steady::now())) return;
  secrets_->release_superseded(superseded);
}

ship::RunInfo* SessionCore::open_run(std::string_view id, const RunSpec& spec) {
  bool created = false;
  ship::RunInfo* run = runs_.open(id, spec, created);
  if (created && !tables_.add_run(run->number, id, spec)) {
    diagnostics_.report("journal", fmt::format("no space for the metadata of run {}", id));
  }
  return run;
}

void SessionCore::finish_run(ship::RunInfo& run) {
  bool is_noted = false;
  {
    const std::lock_guard lock(finishes_mutex_);
    if (run.finish_stamp != 0) return;
    if (closed()) {
      drop(DropReason::closed, "Run::finish()");
      return;
    }
    const std::uint64_t stamp = clock_.stamp();
    is_noted = tables_.finish_run(run.number, run.id, *run.spec, stamp);
    shipper_.add_finish(run, stamp, is_noted);
    run.finish_stamp = stamp;
  }
  if (is_noted) return;
  diagnostics_.report("journal", fmt::format("no space to note that the run {} is finished; it is "
                                             "lost if the worker ends before it is sent",
                                             run.id));
}

ship::RunInfo* SessionCore::run_with_open_node() {
  const std::lock_guard lock(open_nodes_mutex_);
  while (!open_nodes_.empty()) {
    const auto any = open_nodes_.begin();
    if (!any->second.state.expired()) return any->second.run;
    open_nodes_.erase(any);  // given up by its component, without an end
  }
  return nullptr;
}

time::Steady::time_point SessionCore::ship(time::Steady::time_point now) {
  if (pool_.is_filling() && now < hold_until_ && !shipper_.has_flush(now)) return now + 1ms;
  hold_until_ = now + longest_hold;
  const time::Steady::time_point next = shipper_.step(now);
  if (draining_.load()) return next;
  adopting_.store(true);
  const time::Steady::time_point other =
      draining_.load() ? next : adoptions_.step(std::max(now, clock_.now()));
  adoption_is_refused_.store(adoptions_.only_refused_is_left());
  ++adoption_steps_;
  adopting_.store(false);
  return std::min(next, other);
}

bool SessionCore::flush(time::Steady::time_point deadline) {
  return !closed() && drain(clock_.stamp(), deadline, false);
}

void SessionCore::report_on_journal(time::Steady::time_point now) {
  const bool check_is_due = now >= next_file_check_;
  if (check_is_due) file_->look_for_truncation();  // the missing pages may never be accessed
  if (!truncation_reported_ && file_->truncations() > 0) {
    truncation_reported_ = true;
    diagnostics_.report("journal", fmt::format("{} was truncated; events beyond its new end "
                                               "are lost, and later ones may not be crash-safe",
                                               file_->path()));
  }
  if (!check_is_due) return;
  next_file_check_ = time::Steady::now() + file_check_interval;
  if (!file_->is_named()) {
    diagnostics_.report("journal", fmt::format("{} was removed; events are delivered, but "
                                               "cannot be recovered",
                                               file_->path()));
  }
}

Stats SessionCore::stats() const noexcept {
  Stats stats;
  stats.accepted = lanes_.accepted();
  stats.filtered = filtered_.load(std::memory_order_relaxed);
  stats.dropped_by = losses_.counts();
  stats.dropped = std::accumulate(stats.dropped_by.begin(), stats.dropped_by.end(), stats.dropped);
  const ship::ShipperCounters& shipped = shipper_.counters();
  stats.acknowledged = shipped.acknowledged.load(std::memory_order_relaxed);
  stats.rejected = shipped.rejected.load(std::memory_order_relaxed);
  stats.dead_letters_dropped = dead_letters_.dropped();
  stats.lost = lost_ + shipped.unreadable.load(std::memory_order_relaxed) +
               shipped.discarded.load(std::memory_order_relaxed) +
               shipped.refused_finishes.load(std::memory_order_relaxed);
  stats.batches = shipped.batches.load(std::memory_order_relaxed);
  stats.retries = shipped.retries.load(std::memory_order_relaxed);
  stats.slabs_mapped_by_producers = pool_.mapped_by_producers();
  stats.slabs_ready = pool_.ready_now();
  stats.journal_bytes = file_->bytes();
  return stats;
}

}  // namespace trace::detail::session
