// SPDX-License-Identifier: Apache-2.0
#include "collector/run/watch.hpp"

#include <array>

#include "collector/run/batch.hpp"

namespace trace::collector::run {
namespace {

// Of a look, so that ingestion does not wait long for the store.
constexpr std::size_t most_workers = 64;
constexpr std::size_t most_runs = 256;
// A lease is stored this many times until the worker would be lost.
constexpr std::int64_t leases_stored = 8;

}  // namespace

std::vector<std::string> Watch::hear(const std::string& session, std::int64_t now_ms) {
  {
    const std::lock_guard lock(mutex_);
    std::int64_t& stored = stored_[session];
    if (now_ms - stored < times_.worker.count() / leases_stored) return {};
    stored = now_ms;
  }
  store_.hear(session, now_ms);
  std::vector<std::string> changed;
  move_nodes(session, store::NodePhase::lost, now_ms, changed);
  return changed;
}

std::vector<std::string> Watch::look(std::int64_t now_ms) {
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(stored_,
                  [&](const auto& entry) { return now_ms - entry.second > times_.worker.count(); });
  }
  std::vector<std::string> changed;
  const std::int64_t before_ms = now_ms - times_.worker.count();
  for (const std::string& session : store_.silent_workers(before_ms, most_workers)) {
    move_nodes(session, store::NodePhase::running, now_ms, changed);
  }
  for (std::string& run_id : store_.due_runs(now_ms, most_runs)) {
    change_run(store_, run_id, {}, times_.quiet, now_ms, [&](store::RunRow& run, auto&) {
      if (run.due_ms >= now_ms) return false;  // something happened meanwhile
      set_quiet(run);
      return true;
    });
    changed.push_back(std::move(run_id));
  }
  return changed;
}

// One change for each node: a worker has few.
void Watch::move_nodes(const std::string& session, store::NodePhase from, std::int64_t now_ms,
                       std::vector<std::string>& changed) {
  for (store::NodeKey& key : store_.nodes_of_worker(session, from)) {
    const std::array<std::string_view, 1> ids{key.node_id};
    change_run(store_, key.run_id, ids, times_.quiet, now_ms,
               [&](store::RunRow& run, std::vector<store::NodeRow>& nodes) {
                 store::NodeRow& node = nodes.front();
                 if (node.phase != from || node.started_by != session) return false;
                 if (from == store::NodePhase::running) {
                   set_lost(run, node, timestamp_now());
                 } else {
                   set_found(run, node);
                 }
                 return true;
               });
    changed.push_back(std::move(key.run_id));
  }
}

}  // namespace trace::collector::run
