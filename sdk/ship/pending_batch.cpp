// SPDX-License-Identifier: Apache-2.0
#include "ship/pending_batch.hpp"

#include <algorithm>

#include "contract/event_json.hpp"

namespace trace::detail::ship {

RunBatch::RunBatch(RunInfo& run, BatchMemory memory) : run_(&run), memory_(std::move(memory)) {
  std::string head;
  contract::append_envelope_start(head, run.id, run.spec.workflow_id, run.spec.organization_id,
                                  run.spec.total_actions);
  memory_.events.clear();
  memory_.line.clear();
  memory_.line.append(head);
}

void RunBatch::cancelled() { memory_.line.resize(event_start_ - (events().empty() ? 0 : 1)); }

void RunBatch::seal() { memory_.line.append(std::string_view("]}\n")); }

void RunBatch::copy(const RunBatch& from, const EventRef& event) {
  begin_event().append(from.json(event));
  added(*event.slab, event.lane, event.sequence, event.stamp);
}

RunBatch RunBatch::part(std::size_t from, std::size_t to) const {
  RunBatch part(*run_);
  for (std::size_t i = from; i < to; ++i) part.copy(*this, events()[i]);
  part.seal();
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
    runs_.push_back({info.id, info.spec.workflow_id, info.spec.organization_id,
                     info.spec.total_actions, run.line(),
                     std::span<const OutgoingEvent>(events_).subspan(first)});
  }
  batch_ = {session_id, runs_, events_.size(), pending.bytes()};
}

}  // namespace trace::detail::ship
