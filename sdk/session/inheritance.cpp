// SPDX-License-Identifier: Apache-2.0
#include "session/inheritance.hpp"

#include <atomic>
#include <mutex>
#include <unordered_map>

#include "journal/live_files.hpp"

namespace trace::detail::session {
namespace {

// One per process. A child's children use a new one: a thread that does not exist there may hold
// its mutex.
struct Estate {
  explicit Estate(std::uint32_t of) : fork_count(of) {}
  const std::uint32_t fork_count;
  std::mutex mutex;
  std::unordered_map<const SessionCore*, std::shared_ptr<RollingSession>> sessions;
  std::unordered_map<const NodeState*, std::shared_ptr<NodeState>> nodes;
};

constinit std::atomic<Estate*> estate{nullptr};

Estate& estate_of_this_process() {
  const std::uint32_t fork_count = journal::LiveFiles::fork_count();
  Estate* current = estate.load(std::memory_order_acquire);
  while (current == nullptr || current->fork_count != fork_count) {
    auto mine = std::make_unique<Estate>(fork_count);
    // The previous one is the parent's and stays unchanged.
    if (estate.compare_exchange_strong(current, mine.get())) return *mine.release();
  }
  return *current;
}

// A thread's last node, so that recording through it needs no lock.
struct LastNode {
  const NodeState* inherited = nullptr;
  NodeState* own = nullptr;
  std::uint32_t fork_count = 0;
};
constinit thread_local LastNode last_node{};

std::shared_ptr<RollingSession> session_in(Estate& here,
                                           const std::shared_ptr<SessionCore>& inherited) {
  std::shared_ptr<RollingSession>& session = here.sessions[inherited.get()];
  if (session == nullptr) {
    if (auto core = inherited->successor()) {
      session = std::make_shared<RollingSession>(std::move(core));
    }
  }
  return session;
}

NodeState* node_of_child(NodeState& inherited) {
  if (last_node.inherited == &inherited &&
      last_node.fork_count == journal::LiveFiles::fork_count()) {
    return last_node.own;
  }
  if (inherited.run == nullptr || !inherited.core->may_be_succeeded()) return nullptr;
  Estate& here = estate_of_this_process();
  const std::lock_guard lock(here.mutex);
  std::shared_ptr<NodeState>& own = here.nodes[&inherited];
  if (own == nullptr) {
    const auto session = session_in(here, inherited.core);
    if (session == nullptr) return nullptr;
    const auto [core, run] = session->open_run(inherited.run->id, *inherited.run->spec);
    own = std::make_shared<NodeState>(core, run, inherited.id, inherited.is_shared);
  }
  last_node = {&inherited, own.get(), here.fork_count};
  return own.get();
}

}  // namespace

std::shared_ptr<RollingSession> session_of_child(const std::shared_ptr<SessionCore>& inherited,
                                                 bool starts) {
  if (!inherited->may_be_succeeded()) return nullptr;
  Estate& here = estate_of_this_process();
  const std::lock_guard lock(here.mutex);
  if (starts) return session_in(here, inherited);
  const auto known = here.sessions.find(inherited.get());
  return known == here.sessions.end() ? nullptr : known->second;
}

std::shared_ptr<NodeState> take_node_of_child(const NodeState& inherited) {
  if (!inherited.core->may_be_succeeded()) return nullptr;
  Estate& here = estate_of_this_process();
  const std::lock_guard lock(here.mutex);
  auto known = here.nodes.extract(&inherited);
  if (last_node.inherited == &inherited) last_node = {};
  return known.empty() ? nullptr : std::move(known.mapped());
}

NodeState* node_here(NodeState* node) {
  return node == nullptr || node->core->in_own_process() ? node : node_of_child(*node);
}

secrets::RedactionRules redaction_of(NodeState* node) {
  node = node_here(node);
  if (node == nullptr) return {std::make_shared<const secrets::Secrets>(), true};
  return node->core->redaction();
}

}  // namespace trace::detail::session
