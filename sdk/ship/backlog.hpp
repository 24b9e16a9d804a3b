// SPDX-License-Identifier: Apache-2.0
// Backlog: the parked events of one run, moved out of the slabs in which they were recorded, so
// that they do not hold space that other runs need. They are stored encoded in slabs of their own
// (lane `backlog_lane`), in order, each with its identity: recovery finds them like any other
// event. First in, first out. Shipper's thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "journal/slab.hpp"
#include "journal/slab_reader.hpp"
#include "ship/pending_batch.hpp"

namespace trace::detail::ship {

class Backlog {
 public:
  // Slabs come from `source` and are returned when all their events are resolved.
  Backlog(journal::SlabSource& source, RunInfo& run) : source_(source), run_(run) {}
  ~Backlog();
  Backlog(const Backlog&) = delete;
  Backlog& operator=(const Backlog&) = delete;

  // Appends an event. False if there is no room.
  bool append(std::string_view json, std::uint32_t lane, std::uint64_t sequence,
              std::uint64_t stamp);
  // Appends all of the batches' events or, if there is no room, none.
  bool append(const std::deque<RunBatch>& batches);

  bool empty();
  // The stamp of the first event; not if empty.
  std::uint64_t first_stamp() const noexcept { return event_.stamp; }
  // Removes events, in order, until one of the limits is reached; at least one.
  RunBatch take(std::size_t bytes, std::size_t events);

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

}  // namespace trace::detail::ship
