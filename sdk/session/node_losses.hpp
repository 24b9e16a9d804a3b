// SPDX-License-Identifier: Apache-2.0
// NodeLosses: a node's refused events that are not yet reported in its stream: count, reason, and
// surviving neighbours. Part of the node's state. Lock-free; written by record(), also in a signal
// handler, read by the keeper.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <trace/detail/lane_cursor.hpp>
#include <trace/session.hpp>

namespace trace::detail::session {

inline constexpr std::size_t drop_reasons = static_cast<std::size_t>(DropReason::count_);

// An event of the run, by the parts of its id.
struct Neighbour {
  std::uint32_t lane;
  std::uint64_t sequence;  // 0: the lane has none in this run
};

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

}  // namespace trace::detail::session
