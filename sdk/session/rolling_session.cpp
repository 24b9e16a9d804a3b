// SPDX-License-Identifier: Apache-2.0
#include "session/rolling_session.hpp"

#include <trace/recovery.hpp>

#include <algorithm>

namespace trace::detail::session {
namespace {

void add(Stats& sum, const Stats& more) {
  sum.accepted += more.accepted;
  sum.filtered += more.filtered;
  sum.dropped += more.dropped;
  for (std::size_t i = 0; i < drop_reasons; ++i) sum.dropped_by[i] += more.dropped_by[i];
  sum.lost += more.lost;
  sum.acknowledged += more.acknowledged;
  sum.rejected += more.rejected;
  sum.dead_letters_dropped += more.dead_letters_dropped;
  sum.batches += more.batches;
  sum.retries += more.retries;
  sum.slabs_mapped_by_producers += more.slabs_mapped_by_producers;
  sum.slabs_ready += more.slabs_ready;
  sum.journal_bytes += more.journal_bytes;
}

}  // namespace

RollingSession::RollingSession(std::shared_ptr<SessionCore> first)
    : first_(std::move(first)), cores_{first_} {}

std::vector<std::shared_ptr<SessionCore>> RollingSession::all() const {
  const std::lock_guard lock(mutex_);
  return cores_;
}

std::pair<std::shared_ptr<SessionCore>, ship::RunInfo*> RollingSession::open_run(
    std::string_view id, const RunSpec& spec) {
  const std::lock_guard lock(mutex_);
  for (auto core = cores_.begin(); core != cores_.end() - 1; ++core) {
    if (ship::RunInfo* known = (*core)->known_run(id)) return {*core, known};
  }
  if (ship::RunInfo* run = cores_.back()->open_run(id, spec)) return {cores_.back(), run};
  auto next = cores_.back()->successor();
  if (next == nullptr) {
    cores_.back()->drop(DropReason::no_memory, "the transport cannot serve a second journal");
    return {cores_.back(), nullptr};
  }
  end_unused();
  cores_.push_back(std::move(next));
  return {cores_.back(), cores_.back()->open_run(id, spec)};
}

void RollingSession::end_unused() {
  std::vector<std::shared_ptr<SessionCore>> used;
  for (const std::shared_ptr<SessionCore>& core : cores_) {
    if (core->in_use()) {
      used.push_back(core);
      continue;
    }
    // The new core adopts what this one could not send yet.
    const Closed closed = core->close(time::Steady::now());
    add(ended_, core->stats());
    if (closed.kept > 0) left_behind_.emplace_back(core->journal_path());
  }
  cores_ = std::move(used);
}

AddSecretResult RollingSession::add_secret(std::string_view value) {
  const std::lock_guard lock(mutex_);  // a successor starts with all of them or gets them here
  AddSecretResult result = AddSecretResult::none;
  for (const auto& core : cores_) result = core->add_secret(value);
  return result;
}

void RollingSession::set_level(Level level) {
  const std::lock_guard lock(mutex_);
  for (const auto& core : cores_) core->set_least_level(level);
}

bool RollingSession::flush(std::chrono::milliseconds timeout) {
  const time::Steady::time_point deadline = time::Steady::now() + timeout;
  bool flushed = true;
  for (const auto& core : all()) flushed = core->flush(deadline) && flushed;
  return flushed;
}

Closed RollingSession::close(std::chrono::milliseconds timeout) {
  const time::Steady::time_point deadline = time::Steady::now() + timeout;
  Closed sum;
  for (const auto& core : all()) {
    const Closed closed = core->close(deadline);
    sum.kept += closed.kept;
    sum.lost += closed.lost;
    sum.journal = closed.journal;
  }
  const std::lock_guard lock(mutex_);
  sum.lost += ended_.lost;
  // Of cores that ended before: a delivered journal was removed.
  for (const std::string& path : left_behind_) {
    if (const auto report = inspect_journal(path)) {
      sum.kept += report->unsent + report->unsent_finishes;
    }
  }
  return sum;
}

Stats RollingSession::stats() const {
  const std::lock_guard lock(mutex_);
  Stats sum = ended_;
  for (const auto& core : cores_) add(sum, core->stats());
  return sum;
}

}  // namespace trace::detail::session
