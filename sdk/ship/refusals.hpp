// SPDX-License-Identifier: Apache-2.0
// Decides when a refused event is given up, so that one bad event does not delay others and a
// misconfiguration (a proxy with a tiny limit on bodies, another version of the contract, the wrong
// service) loses no event: only if it is refused alone, the backend has accepted another event
// since, and refuses it again. Until then it is kept and retried. docs/decisions/0020 has the
// reasons.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "ship/batch.hpp"

namespace trace::detail::ship {

// State of one backend: shared by the shippers of a process that send to it, the session's own and
// those of adopted journals. One thread.
class TakenEvents {
 public:
  // Events that were stored, or stored before, by any of them.
  std::uint64_t count() const noexcept { return count_; }
  void add(std::uint64_t events) noexcept { count_ += events; }

  // The count when this event was first refused alone: now, unless that was noted before.
  std::uint64_t at_first_refusal(const std::string& event);
  // Given up.
  void forget(const std::string& event) { first_refusals_.erase(event); }

 private:
  std::uint64_t count_ = 0;
  std::map<std::string, std::uint64_t> first_refusals_;
};

// Events that were refused alone since the backend last accepted one, in stamp order. They are
// retried in rounds with a pause in between: a round tries the oldest of them, then events that
// were not tried before, so that the first good event is found however many bad ones precede it.
// One thread.
class Refusals {
 public:
  bool empty() const noexcept { return events_.empty(); }
  // Each is a batch of one event.
  const std::deque<PendingBatch>& events() const noexcept { return events_; }
  void add(PendingBatch lone);
  // Like add(), but the event was not refused in this round.
  void put_back(PendingBatch lone);
  // So many were refused in this round that the backend probably refuses everything.
  bool seem_all() const noexcept { return in_round_ >= limit_; }
  // The memory limit is reached: read no more events from the journal.
  bool is_full() const noexcept { return bytes_ >= most_bytes; }
  // After seem_all(): the new round tries more events than the last, because many bad ones may
  // follow each other.
  void begin_round() noexcept;
  std::deque<PendingBatch> take_all() noexcept;
  PendingBatch take_oldest() noexcept;
  // The backend accepts events again.
  void begin_anew() noexcept;

 private:
  static constexpr std::size_t first_limit = 8;
  static constexpr std::size_t last_limit = 64;
  static constexpr std::size_t most_bytes = std::size_t{32} << 20;

  std::deque<PendingBatch> events_;
  std::size_t bytes_ = 0;
  std::size_t in_round_ = 0;
  std::size_t limit_ = first_limit;
};

}  // namespace trace::detail::ship
