// SPDX-License-Identifier: Apache-2.0
#include "ship/batch.hpp"

#include "contract/event_json.hpp"

namespace trace::detail::ship {

RunBatch::RunBatch(RunInfo& run, BatchMemory memory, std::string finished_at)
    : run_(&run), memory_(std::move(memory)), finished_at_(std::move(finished_at)) {
  const RunSpec& spec = *run.spec;
  memory_.events.clear();
  memory_.line.clear();
  memory_.head.clear();
  contract::append_envelope_start(memory_.head, run.id, spec.workflow_id, spec.organization_id,
                                  spec.total_actions);
  memory_.line.append(memory_.head);
}

void RunBatch::cancelled() { memory_.line.resize(event_start_ - (events().empty() ? 0 : 1)); }

void RunBatch::seal(std::string_view session) {
  session_ = session;
  // Neither needs an escape.
  const auto add = [this](std::string_view key, std::string_view text) {
    if (text.empty()) return;
    for (const std::string_view part : {key, text, std::string_view("\"")}) {
      memory_.line.append(part);
    }
  };
  memory_.line.push_back(']');
  add(R"(,"session":")", session);
  add(R"(,"finishedAt":")", finished_at_);
  memory_.line.append(std::string_view("}\n"));
}

void RunBatch::copy(const RunBatch& from, const EventRef& event) {
  begin_event().append(from.json(event));
  added(*event.slab, event.lane, event.sequence, event.stamp);
}

RunBatch RunBatch::part(std::size_t from, std::size_t to) const {
  RunBatch part(*run_);
  for (std::size_t i = from; i < to; ++i) part.copy(*this, events()[i]);
  part.seal(session_);
  return part;
}

std::size_t PendingBatch::events() const noexcept {
  std::size_t count = 0;
  for (const RunBatch& run : runs) count += run.events().size();
  return count;
}

std::size_t PendingBatch::bytes() const noexcept {
  std::size_t bytes = 0;
  for (const RunBatch& run : runs) bytes += run.line().size();
  return bytes;
}

std::uint64_t PendingBatch::first_stamp() const noexcept {
  std::uint64_t first = UINT64_MAX;
  for (const RunBatch& run : runs) {
    if (!run.events().empty()) first = std::min(first, run.first_stamp());
  }
  return first;
}

std::pair<PendingBatch, PendingBatch> PendingBatch::halves() const {
  std::pair<PendingBatch, PendingBatch> halves;
  halves.first.refused_at = halves.second.refused_at = refused_at;
  std::size_t left = events() / 2;
  for (const RunBatch& run : runs) {
    const std::size_t first = std::min(left, run.events().size());
    left -= first;
    if (first > 0) halves.first.runs.push_back(run.part(0, first));
    if (first < run.events().size()) {
      halves.second.runs.push_back(run.part(first, run.events().size()));
    }
  }
  return halves;
}

TransportView::TransportView(const PendingBatch& pending, std::string_view session_id) {
  events_.reserve(pending.events());
  runs_.reserve(pending.runs.size());
  for (const RunBatch& run : pending.runs) {
    const std::size_t first = events_.size();
    for (const EventRef& event : run.events()) {
      events_.push_back({run.json(event), event.lane, event.sequence});
    }
    const RunInfo& info = run.run();
    runs_.push_back({info.id, info.spec->workflow_id, info.spec->organization_id,
                     info.spec->total_actions, run.line(),
                     std::span<const OutgoingEvent>(events_).subspan(first), run.finished_at()});
  }
  batch_ = {session_id, runs_, events_.size(), pending.bytes()};
}

// BatchBuilder

RunBatch& BatchBuilder::batch_of(RunInfo& run) {
  if (!has_batch_of(run)) {
    run.place = static_cast<std::uint32_t>(runs_.size());
    runs_.emplace_back(run, take_spare());
  }
  return runs_[run.place];
}

std::uint64_t BatchBuilder::first_stamp(const RunInfo& run) const noexcept {
  if (!has_batch_of(run) || runs_[run.place].events().empty()) return UINT64_MAX;
  return runs_[run.place].first_stamp();
}

BatchMemory BatchBuilder::take_spare() {
  if (spares_.empty()) return BatchMemory();
  BatchMemory memory = std::move(spares_.back());
  spares_.pop_back();
  spare_bytes_ -= memory.bytes();
  return memory;
}

bool BatchBuilder::add(const Merger& merger, const Merger::Item& item, RunInfo& run,
                       Encoder& encoder, time::Steady::time_point now) {
  if (last_ == nullptr || &last_->run() != &run) last_ = &batch_of(run);
  RunBatch& batch = *last_;
  JsonBuffer& line = batch.begin_event();
  const std::size_t before = line.size();
  if (!encoder.append(*item.event, item.lane, line) || !merger.is_whole(item)) {
    batch.cancelled();
    return false;
  }
  if (events_ == 0) {
    since_ = now;
    first_stamp_ = item.event->stamp;
  }
  ++events_;
  bytes_ += line.size() - before + 1;
  batch.added(*item.slab, item.lane, item.event->sequence, item.event->stamp);
  return true;
}

void BatchBuilder::reuse(RunBatch batch) {
  BatchMemory memory = std::move(batch).release();
  const std::size_t bytes = memory.bytes();
  if (bytes > most_spare_bytes) return;
  if (spare_bytes_ + bytes > most_spare_bytes) {
    // Runs have become fewer or their batches larger: the new memory fits better.
    spares_.clear();
    spare_bytes_ = 0;
  }
  spare_bytes_ += bytes;
  spares_.push_back(std::move(memory));
}

PendingBatch BatchBuilder::take(std::string_view session) {
  PendingBatch batch;
  std::erase_if(runs_, [](const RunBatch& run) { return run.events().empty(); });
  for (RunBatch& run : runs_) run.seal(session);
  batch.runs.swap(runs_);
  last_ = nullptr;
  events_ = 0;
  bytes_ = 0;
  return batch;
}

}  // namespace trace::detail::ship
