// SPDX-License-Identifier: Apache-2.0
// RecoveryLane: the lane of a dead session in which recovery records added events; no thread has
// its number. TailEvents: records the last lines of a node's output there. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "capture/captured_event.hpp"
#include "record/lane.hpp"
#include "recovery/found_tail.hpp"

namespace trace::detail::recovery {

class RecoveryLane {
 public:
  explicit RecoveryLane(journal::SlabPool& pool)
      : lane_(pool, journal::recovery_lane, StampSource::monotonic,
              record::Lane::WhenEmpty::refuse) {}

  // Selects the node of the following events; the views must outlive them.
  void begin_node(std::uint32_t run, std::string_view run_id, std::string_view node_id) noexcept {
    node_ = {node_.serial + 1, run, run_id, node_id};
  }
  // False if there is no room.
  bool record(const EventBody& body) noexcept;
  std::size_t recorded() const noexcept { return recorded_; }

 private:
  record::Lane lane_;
  record::NodeRef node_;
  std::size_t recorded_ = 0;
};

class TailEvents final : public capture::EventSink {
 public:
  TailEvents(RecoveryLane& lane, const FoundTail& tail) : lane_(lane), tail_(tail) {}
  void event(const capture::CapturedEvent& event) override;
  void omitting(const lines::LineVolume&) override {}
  void omitted(const capture::Omission& omission) override;

 private:
  RecoveryLane& lane_;
  const FoundTail& tail_;
};

}  // namespace trace::detail::recovery
