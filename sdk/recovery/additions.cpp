// SPDX-License-Identifier: Apache-2.0
#include "recovery/additions.hpp"

#include <fcntl.h>

#include <utility>

#include "contract/timestamp.hpp"

namespace trace::detail::recovery {
namespace {

// Only pages in use are touched, and delivered slabs are reused.
constexpr std::uint64_t memory_budget = std::uint64_t{1} << 30;
constexpr std::size_t lost_nodes_at_once = 10'000;

}  // namespace

void TailEvents::event(const capture::CapturedEvent& event) {
  const std::string data = capture::data_of(event, tail_.origin());
  std::string timestamp;
  contract::append_timestamp(timestamp, event.at.time_since_epoch().count());
  lane_.record(
      {.level = event.level, .message = event.message, .data = data, .timestamp = timestamp});
}

void TailEvents::omitted(const capture::Omission& omission) {
  const std::string data = capture::data_of(omission);
  const std::string text = capture::text_of(omission.all);
  std::string timestamp;
  contract::append_timestamp(timestamp, tail_.first_wall_ns());
  lane_.record({.message = text, .data = data, .timestamp = timestamp});
}

Additions::Additions(std::string_view session, journal::SharedDirectory directory,
                     std::vector<LostNode> lost, RunIds run_ids)
    : session_(session),
      directory_(std::move(directory)),
      lost_(std::move(lost)),
      run_ids_(std::move(run_ids)) {
  if (directory_ == nullptr) tails_.emplace();
}

bool Additions::list_tails() {
  if (!tails_) tails_ = tails_of(*directory_, session_);
  return tails_.has_value();
}

void Additions::make_room() {
  if (lane_ != nullptr) return;
  memory_ = journal::JournalFile::in_memory({session_, "", ""});
  pool_ = std::make_unique<journal::SlabPool>(*memory_, memory_budget);
  lane_ = std::make_unique<RecoveryLane>(*pool_);
}

bool Additions::record_some(std::string_view timestamp, time::Steady::time_point until,
                            Quarantine& quarantine) {
  is_blocked_ = !list_tails();
  if (is_blocked_) return true;
  if (replay_ == nullptr && next_tail_ == tails_->size() && next_lost_ == lost_.size()) {
    return false;
  }
  make_room();
  while (replay_ != nullptr || next_tail_ < tails_->size()) {
    if (replay_ == nullptr) begin_tail(quarantine);
    if (is_blocked_) return true;
    if (replay_ != nullptr && replay(until, quarantine)) replay_.reset();
    if (time::Steady::now() >= until) return true;
  }
  for (std::size_t n = 0; next_lost_ < lost_.size() && n < lost_nodes_at_once; ++n) {
    record_lost_node(lost_[next_lost_++], timestamp);
  }
  return true;
}

void Additions::begin_tail(Quarantine& quarantine) {
  const std::string& name = (*tails_)[next_tail_];
  journal::OpenedFile opened = directory_->open_file(name, O_RDONLY);
  is_blocked_ = opened.exhausted;
  if (is_blocked_) return;
  ++next_tail_;
  if (!opened) {
    if (!opened.missing) refused_.push_back(std::move(opened.why));
    return;
  }
  const bool was_begun = FoundTail::was_begun(opened.file.get());
  auto tail = FoundTail::open(std::move(opened.file));
  if (!tail && was_begun) {
    quarantine.take(name);
    return;
  }
  done_.push_back(name);
  if (!tail || run_ids_(tail->run()) == nullptr) return;
  replay_ = std::make_unique<Replay>(*lane_, std::move(*tail));
}

bool Additions::replay(time::Steady::time_point until, Quarantine& quarantine) {
  FoundTail& tail = replay_->tail;
  if (!replay_->replay) {
    if (!tail.read_on(until)) return false;
    if (tail.is_damaged()) {
      quarantine.take(done_.back());
      done_.pop_back();
      return true;
    }
    lane_->begin_node(tail.run(), *run_ids_(tail.run()), tail.node());
    replay_->replay.emplace(tail, replay_->events);
  }
  return replay_->replay->go_on(until);
}

void Additions::record_lost_node(const LostNode& node, std::string_view timestamp) {
  lane_->begin_node(node.run, *node.run_id, *node.id);
  if (lane_->record({.type = Type::failed,
                     .level = Level::error,
                     .message = "the worker was lost",
                     .error_message = "the worker died before this node ended",
                     .error_code = "WORKER_LOST",
                     .timestamp = timestamp})) {
    ++lost_nodes_;
  }
}

void Additions::remove_tails() const noexcept {
  for (const std::string& name : done_) directory_->remove(name);
}

void Additions::give_back(journal::Slab* slab) noexcept {
  pool_->give_back(slab);
  pool_->replenish(0, 0);
}

}  // namespace trace::detail::recovery
