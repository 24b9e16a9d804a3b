// SPDX-License-Identifier: Apache-2.0
// Additions: the events that recovery adds to an adopted journal after everything else was read:
// the last lines of captured output from the tail files beside it, then FAILED, WORKER_LOST, for
// each node that had started and not ended. Their identities are derived from the files alone, so
// that a repeated recovery produces the same. They are recorded in portions, each delivered before
// the next, so that they take little memory. One thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/captured_event.hpp"
#include "journal/file.hpp"
#include "journal/slab_pool.hpp"
#include "record/event_parts.hpp"
#include "recovery/found_tail.hpp"
#include "recovery/quarantine.hpp"

namespace trace::detail::recovery {

struct LostNode {
  std::uint32_t run;
  const std::string* run_id;
  const std::string* id;
};

// The lane of a dead session in which the added events are recorded; no thread has its number.
class RecoveryLane {
 public:
  explicit RecoveryLane(journal::SlabPool& pool)
      : lane_(pool, nullptr, journal::recovery_lane, StampSource::monotonic,
              record::Lane::WhenEmpty::refuse) {}

  // Selects the node of the following events; the views must outlive them.
  void begin_node(std::uint32_t run, std::string_view run_id, std::string_view node_id) noexcept {
    node_ = {node_.number + 1, false, run, run_id, node_id};
  }
  // False if no slab is left for it.
  bool record(const EventBody& body) noexcept {
    return record::record_unsearched(lane_, node_, body);
  }

 private:
  record::Lane lane_;
  record::NodeRef node_;
};

// Records the last lines of a node's output there.
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

class Additions {
 public:
  // The id of a run of the journal, or null.
  using RunIds = std::function<const std::string*(std::uint32_t run)>;

  // The texts that `lost` and `run_ids` refer to outlive this.
  Additions(std::string_view session, journal::SharedDirectory directory,
            std::vector<LostNode> lost, RunIds run_ids);

  // Records more until `until`, but at least one step. False: there is nothing more.
  bool record_some(std::string_view timestamp, time::Steady::time_point until,
                   Quarantine& quarantine);
  // The last call could not read the directory or open a tail for lack of descriptors or memory.
  bool is_blocked() const noexcept { return is_blocked_; }
  std::size_t lost_nodes() const noexcept { return lost_nodes_; }
  // Tails that may not be opened, one line each.
  const std::vector<std::string>& refused() const noexcept { return refused_; }
  // Removes the tails that were read or are invalid, together with the journal.
  void remove_tails() const noexcept;

  // See SlabSource.
  bool next_opened(journal::Slab*& slab) noexcept { return pool_ && pool_->next_opened(slab); }
  void give_back(journal::Slab* slab) noexcept;

 private:
  struct Replay {
    Replay(RecoveryLane& lane, FoundTail found) : tail(std::move(found)), events(lane, tail) {}
    FoundTail tail;
    TailEvents events;
    std::optional<TailReplay> replay;
  };

  void make_room();
  bool list_tails();
  void begin_tail(Quarantine& quarantine);
  bool replay(time::Steady::time_point until, Quarantine& quarantine);
  void record_lost_node(const LostNode& node, std::string_view timestamp);

  const std::string session_;
  const journal::SharedDirectory directory_;
  const std::vector<LostNode> lost_;
  const RunIds run_ids_;
  std::optional<std::vector<std::string>> tails_;  // once they could be listed
  bool is_blocked_ = false;
  std::size_t next_tail_ = 0;
  std::size_t next_lost_ = 0;
  std::size_t lost_nodes_ = 0;
  std::vector<std::string> refused_;
  std::vector<std::string> done_;

  std::unique_ptr<journal::JournalFile> memory_;
  std::unique_ptr<journal::SlabPool> pool_;
  std::unique_ptr<RecoveryLane> lane_;
  std::unique_ptr<Replay> replay_;
};

}  // namespace trace::detail::recovery
