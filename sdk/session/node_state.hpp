// SPDX-License-Identifier: Apache-2.0
// The state of the public handles: RunState of Run, NodeState of Node. Shared by the handles; keeps
// their session's core alive.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <trace/record.hpp>

#include "journal/tables.hpp"
#include "record/lane.hpp"
#include "ship/run_registry.hpp"

namespace trace::detail::session {

class NodeOutput;
class SessionCore;

inline constexpr std::size_t drop_reasons = static_cast<std::size_t>(DropReason::count_);

// An event of the run, by the parts of its id.
struct Neighbour {
  std::uint32_t lane;
  std::uint64_t sequence;  // 0: the lane has none in this run
};

// A node's refused events that are not yet reported in its stream: count, reason, and surviving
// neighbours. Lock-free; written by record(), also in a signal handler, read by the keeper.
class NodeLosses {
 public:
  // `state`: read by record().
  explicit NodeLosses(std::atomic<LossState>& state) noexcept : state_(state) {}

  // Counts a loss after the given survivor. True if it is the first since take(): the node must
  // then be enlisted.
  bool add(DropReason reason, const std::optional<Neighbour>& after) noexcept {
    counts_[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_relaxed);
    auto found = State::none;
    if (state_.compare_exchange_strong(found, State::changing)) {
      after_.store(after);
      before_.store(std::nullopt);
      state_.store(State::losing);
      return true;
    }
    if (found == State::resumed) state_.compare_exchange_strong(found, State::losing);
    return false;
  }

  // Whether a loss is pending. Without one this load is the only cost for record().
  bool losing() const noexcept { return state_.load(std::memory_order_relaxed) == State::losing; }
  void resume(const Neighbour& before) noexcept {
    auto found = State::losing;
    if (!state_.compare_exchange_strong(found, State::changing)) return;
    before_.store(before);
    state_.store(State::resumed);
  }
  bool resumed() const noexcept { return state_.load() == State::resumed; }

  struct Unreported {
    std::array<std::uint64_t, drop_reasons> counts{};
    std::optional<Neighbour> after;
    std::optional<Neighbour> before;
  };
  // Resets it; keeper only. False if there was nothing, or a producer was changing it.
  bool take(Unreported& losses) noexcept {
    auto found = state_.load();
    do {
      if (found == State::changing || found == State::none) return false;
    } while (!state_.compare_exchange_weak(found, State::changing));
    losses.after = after_.load();
    losses.before = before_.load();
    for (std::size_t i = 0; i < drop_reasons; ++i) losses.counts[i] = counts_[i].exchange(0);
    state_.store(State::none);
    return true;
  }
  // Everything was taken, including what was added during take().
  bool settled() noexcept {
    auto found = State::none;
    if (state_.load() != found) return false;
    for (const auto& count : counts_) {
      if (count.load() > 0) return !state_.compare_exchange_strong(found, State::losing);
    }
    return true;
  }

 private:
  // `changing` is held for a few instructions; a thread that finds it gives up instead of waiting.
  using State = LossState;

  class Place {
   public:
    void store(const std::optional<Neighbour>& event) noexcept {
      sequence_.store(event ? event->sequence : 0, std::memory_order_relaxed);
      lane_.store(event ? event->lane : 0, std::memory_order_relaxed);
    }
    std::optional<Neighbour> load() const noexcept {
      const std::uint64_t sequence = sequence_.load(std::memory_order_relaxed);
      if (sequence == 0) return std::nullopt;
      return Neighbour{lane_.load(std::memory_order_relaxed), sequence};
    }

   private:
    std::atomic<std::uint64_t> sequence_{0};
    std::atomic<std::uint32_t> lane_{0};
  };

  std::atomic<State>& state_;
  Place after_;
  Place before_;
  std::array<std::atomic<std::uint64_t>, drop_reasons> counts_{};
};
struct RunState {
  RunState(std::shared_ptr<SessionCore> of, ship::RunInfo* run);

  const std::shared_ptr<SessionCore> core;
  ship::RunInfo* const info;  // null: the run was refused, everything recorded for it is dropped
  const std::shared_ptr<const void> lease;
};

struct NodeState : NodeBase, std::enable_shared_from_this<NodeState> {
  NodeState(std::shared_ptr<SessionCore> core, ship::RunInfo* run, std::string id);

  const std::shared_ptr<SessionCore> core;
  ship::RunInfo* const run;  // null: refused
  const std::string id;
  const std::shared_ptr<const void> lease;

  // Records FAILED, ABANDONED if the node has started and not ended.
  void abandon() noexcept;

  // Of a node that was not refused: views of the members above.
  record::NodeRef ref() const noexcept { return {serial, run->number, run->id, id}; }

  NodeLosses losses{loss_state};
  std::atomic<bool> is_enlisted{false};   // in LossEvents
  NodeState* next_lossy = nullptr;        // in the list
  std::shared_ptr<NodeState> lossy_self;  // keeps it alive for that long

  // Its captured output, created by its first stream.
  std::mutex output_mutex;
  std::shared_ptr<NodeOutput> output;

  // Has started and not ended.
  std::atomic<bool> open{false};
  std::mutex life_mutex;
  journal::NodeStateRecord* life = nullptr;  // in the journal, once the node has started
};

// record() below the handles, for values known only at run time. Any thread.
Outcome record(NodeState* node, const EventBody& body) noexcept;

}  // namespace trace::detail::session
