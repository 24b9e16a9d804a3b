// SPDX-License-Identifier: Apache-2.0
#include "collector/run/watch.hpp"

#include <map>
#include <optional>
#include <string_view>

#include "collector/run/batch.hpp"

namespace trace::collector::run {
namespace {

// Of a look, so that ingestion does not wait long for the store.
constexpr std::size_t most_workers = 64;
constexpr std::size_t most_nodes = 1000;
constexpr std::size_t most_runs = 256;
// A lease is stored this many times until the worker would be lost.
constexpr std::int64_t leases_stored = 8;
// A longer pause between looks: the machine slept, or the store was not to be had.
constexpr std::int64_t longest_pause_ms = 10'000;

}  // namespace

void Watch::hear(const std::string& session, std::int64_t now_ms,
                 std::vector<std::string>& changed) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = stored_.find(session);
    const bool is_recent =
        known != stored_.end() && now_ms - known->second < times_.worker.count() / leases_stored;
    if (is_recent) return;
  }
  store_.hear(session, now_ms);
  const bool all = move_nodes(session, store::NodePhase::lost, now_ms, changed);
  const std::lock_guard lock(mutex_);
  stored_[session] = now_ms;
  if (!all) found_.insert(session);
}

void Watch::note_look(std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  const bool was_away = now_ms - last_look_ > longest_pause_ms || now_ms < last_look_;
  if (was_away) heard_since_ = now_ms;
  last_look_ = now_ms;
  std::erase_if(stored_,
                [&](const auto& entry) { return now_ms - entry.second > times_.worker.count(); });
}

void Watch::look(std::int64_t now_ms, std::vector<std::string>& changed) {
  note_look(now_ms);
  std::optional<std::string> found;
  std::int64_t listened_ms = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!found_.empty()) found = *found_.begin();
    listened_ms = now_ms - heard_since_;
  }
  if (found && move_nodes(*found, store::NodePhase::lost, now_ms, changed)) {
    const std::lock_guard lock(mutex_);
    found_.erase(*found);
  }
  if (listened_ms >= times_.worker.count()) {
    const std::int64_t before_ms = now_ms - times_.worker.count();
    for (const std::string& session : store_.silent_workers(before_ms, most_workers)) {
      if (!move_nodes(session, store::NodePhase::running, now_ms, changed)) break;
    }
  }
  if (listened_ms < times_.quiet.quiet.count()) return;
  for (std::string& run_id : store_.due_runs(now_ms, most_runs)) {
    change_run(store_, run_id, {}, times_.quiet, now_ms, [&](store::RunRow& run, auto&) {
      if (run.due_ms >= now_ms) return false;  // something happened meanwhile
      set_quiet(run);
      return true;
    });
    changed.push_back(std::move(run_id));
  }
}

bool Watch::move_nodes(const std::string& session, store::NodePhase from, std::int64_t now_ms,
                       std::vector<std::string>& changed) {
  const std::vector<store::NodeKey> keys = store_.nodes_of_worker(session, from, most_nodes);
  std::map<std::string_view, std::vector<std::string_view>> by_run;
  for (const store::NodeKey& key : keys) by_run[key.run_id].push_back(key.node_id);
  for (const auto& [run_id, node_ids] : by_run) {
    const auto change = [&](store::RunRow& run, std::vector<store::NodeRow>& nodes) {
      bool has_changed = false;
      for (store::NodeRow& node : nodes) {
        if (node.phase != from || node.started_by != session) continue;
        has_changed = true;
        if (from == store::NodePhase::running) {
          set_lost(run, node, timestamp_now());
        } else {
          set_found(run, node);
        }
      }
      return has_changed;
    };
    change_run(store_, run_id, node_ids, times_.quiet, now_ms, change);
    changed.emplace_back(run_id);
  }
  return keys.size() < most_nodes;
}

}  // namespace trace::collector::run
