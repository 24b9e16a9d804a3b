// SPDX-License-Identifier: Apache-2.0
// Parking: runs that the backend does not accept while it accepts others. Each run waits with its
// own Backlog, which holds its events in order, and its own backoff, so that one run's problem
// neither delays nor crowds out the others. Shipper's thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "journal/slab.hpp"
#include "journal/slab_reader.hpp"
#include "ship/backoff.hpp"
#include "ship/batch.hpp"

namespace trace::detail::ship {

// The parked events of one run, moved out of the slabs in which they were recorded, so that they do
// not hold space that other runs need. They are stored encoded in slabs of their own (lane
// `backlog_lane`), in order, each with its identity: recovery finds them like any other event.
// First in, first out.
class Backlog {
 public:
  // Slabs come from `source` and are returned when all their events are resolved.
  Backlog(journal::SlabSource& source, RunInfo& run) : source_(source), run_(run) {}
  ~Backlog();
  Backlog(const Backlog&) = delete;
  Backlog& operator=(const Backlog&) = delete;

  // Appends an event. False if no slab is left for it.
  bool append(std::string_view json, std::uint32_t lane, std::uint64_t sequence,
              std::uint64_t stamp);
  // Appends all events of the batches, or none if no slab is left for them.
  bool append(const std::deque<RunBatch>& batches);

  bool empty();
  // The stamp of the first event; not if empty.
  std::uint64_t first_stamp() const noexcept { return event_.stamp; }
  // Removes events, in order, until one of the limits is reached; at least one. `session`: see
  // RunBatch::seal().
  RunBatch take(std::size_t bytes, std::size_t events, std::string_view session);

 private:
  bool provide(std::size_t bytes);
  bool load();
  void drop_front() noexcept;
  void give_back_prepared() noexcept;

  journal::SlabSource& source_;
  RunInfo& run_;
  std::deque<journal::Slab*> slabs_;  // the front one is being read, the back one is being written
  std::vector<journal::Slab*> prepared_;  // taken, not yet written
  std::uint32_t length_ = 0;              // committed in the back one
  std::uint64_t ordinal_ = 0;
  journal::SlabReader reader_;
  bool reading_ = false;
  bool has_event_ = false;
  journal::EventView event_;
};

class Parking {
 public:
  // `merger` is notified of events that were moved out of their slabs.
  Parking(journal::SlabSource& source, Merger& merger, BatchLimits limits, std::uint64_t seed)
      : source_(source), merger_(merger), limits_(limits), seed_(seed) {}

  bool holds(const RunInfo& run) const { return !runs_.empty() && runs_.contains(&run); }
  // Appends a new event of a parked run; false if its bytes are invalid.
  bool add(const Merger::Item& item, RunInfo& run, Encoder& encoder);
  // There was no room for an event: read no more until there is.
  bool is_full() { return full_ != nullptr && !make_room(); }
  // Parks the rest of a run after a send, before its waiting events. `progress`: part of it was
  // accepted, so the rest is retried immediately.
  void hold(std::deque<RunBatch> left, time::Steady::time_point now, bool progress);
  // The run's last send was accepted; the run is unparked if nothing of it waits.
  void taken(const RunInfo& run);

  // One envelope of each run that is due (of all if `urgent`). `session`: see RunBatch::seal().
  PendingBatch take_due(time::Steady::time_point now, bool urgent, std::string_view session);
  std::optional<time::Steady::time_point> next_due() const;

  bool empty() const noexcept { return runs_.empty(); }
  // A caller waits from now on: each run gets some attempts.
  void begin_tries() noexcept;
  // The next attempt of a run that was not refused several times since then; max() if there is
  // none.
  time::Steady::time_point next_hopeful_try() const noexcept;

  std::uint64_t first_stamp();
  // UINT64_MAX if no event of the run waits.
  std::uint64_t first_stamp(const RunInfo& run);

 private:
  struct Held {
    Held(journal::SlabSource& source, RunInfo& run, std::uint64_t seed)
        : backlog(source, run), backoff(seed) {}
    std::deque<RunBatch> front;  // sent and not accepted; before the backlog
    Backlog backlog;
    std::optional<RunBatch> behind;  // the event for which there was no room
    Backoff backoff;
    time::Steady::time_point next_try{};
    bool moving = false;  // the backend accepts it again
    unsigned refused_tries = 0;
  };

  bool nothing_waits(Held& held) {
    return held.front.empty() && held.backlog.empty() && !held.behind;
  }
  static std::uint64_t first_stamp(Held& held);
  bool make_room();
  bool move_aside(Held& held, const std::deque<RunBatch>& batches);

  journal::SlabSource& source_;
  Merger& merger_;
  BatchLimits limits_;
  std::uint64_t seed_;
  std::map<const RunInfo*, std::unique_ptr<Held>> runs_;
  Held* full_ = nullptr;
};

}  // namespace trace::detail::ship
