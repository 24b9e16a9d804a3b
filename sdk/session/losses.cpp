// SPDX-License-Identifier: Apache-2.0
#include "session/losses.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "contract/event_prefix.hpp"
#include "record/event_parts.hpp"

namespace trace {
namespace {

struct Reason {
  std::string_view name;
  std::string_view advice;
};

constexpr Reason reasons[] = {
    {"budget",
     "the journal's budget is exhausted; restore the backend, raise SHIPTRACE_JOURNAL_BUDGET or "
     "choose the policy block"},
    {"disk_full", "the journal's disk is full, or a file size limit (ulimit -f) is reached"},
    {"closed", "the session is closed"},
    {"bad_id", "the run or node id is not valid"},
    {"bad_number", "a field holds NaN or an infinity"},
    {"bad_format", "a formatter threw"},
    {"bad_timestamp", "invalid timestamp: must be UTC, like 2025-10-13T12:00:00Z"},
    {"too_large", "larger than a slab"},
    {"nested", "record() was called inside record() by a signal handler"},
    {"forked", "a child of _Fork() records nothing"},
    {"no_memory", "no memory"},
};
static_assert(std::size(reasons) == detail::session::drop_reasons);

}  // namespace

std::string_view name(DropReason reason) noexcept {
  return reasons[static_cast<std::size_t>(reason)].name;
}

namespace detail::session {

void Losses::count(DropReason reason, std::string_view detail) noexcept {
  const auto index = static_cast<std::size_t>(reason);
  Lost& lost = lost_[index];
  lost.count.fetch_add(1, std::memory_order_relaxed);
  header_.dropped[index].fetch_add(1, std::memory_order_relaxed);
  auto empty = Slot::empty;
  if (!detail.empty() && lost.slot.compare_exchange_strong(empty, Slot::written)) {
    lost.detail = detail;
    lost.slot.store(Slot::full, std::memory_order_release);
  }
}

void Losses::count_in_memory(DropReason reason) noexcept {
  lost_[static_cast<std::size_t>(reason)].count.fetch_add(1, std::memory_order_relaxed);
}

std::array<std::uint64_t, drop_reasons> Losses::counts() const noexcept {
  std::array<std::uint64_t, drop_reasons> counts{};
  for (std::size_t i = 0; i < drop_reasons; ++i) {
    counts[i] = lost_[i].count.load(std::memory_order_relaxed);
  }
  return counts;
}

std::string Losses::summary() const {
  std::string text;
  const auto counted = counts();
  for (std::size_t i = 0; i < drop_reasons; ++i) {
    if (counted[i] == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name(static_cast<DropReason>(i)),
                        counted[i]);
  }
  return text;
}

void Losses::report() {
  for (std::size_t i = 0; i < drop_reasons; ++i) {
    Lost& lost = lost_[i];
    const std::uint64_t count = lost.count.load(std::memory_order_relaxed);
    if (count == lost.reported) continue;
    const auto reason = static_cast<DropReason>(i);
    std::string text = fmt::format("{} events dropped so far: {}", count, reasons[i].advice);
    if (lost.slot.load(std::memory_order_acquire) == Slot::full) {
      text += fmt::format(" ({})", lost.detail);
      lost.slot.store(Slot::empty, std::memory_order_release);
    }
    lost.reported = count;
    diagnostics_.report(name(reason), text);
  }
}

// LossEvents

namespace {

using namespace std::chrono_literals;

// Losses within this time are reported together.
constexpr auto gather = 200ms;
// After this time the loss is reported even if the node does not record again.
constexpr auto patience = 1s;

}  // namespace

LossEvents::~LossEvents() { collect({}); }

void LossEvents::enlist(NodeState& node) noexcept {
  if (node.is_enlisted.exchange(true)) return;
  node.lossy_self = node.shared_from_this();
  NodeState* head = enlisted_.load(std::memory_order_relaxed);
  do {
    node.next_lossy = head;
  } while (!enlisted_.compare_exchange_weak(head, &node, std::memory_order_release));
}

void LossEvents::collect(time::Steady::time_point now) {
  NodeState* node = enlisted_.exchange(nullptr, std::memory_order_acquire);
  while (node != nullptr) {
    NodeState* next = node->next_lossy;
    lossy_.push_back({std::exchange(node->lossy_self, nullptr), now});
    node = next;
  }
}

void LossEvents::step(time::Steady::time_point now, bool room) {
  collect(now);
  if (!room) return;
  std::erase_if(lossy_, [&](Lossy& lossy) {
    const auto wait = lossy.node->losses.resumed() ? gather : patience;
    if (now - lossy.since < wait) return false;
    lossy.since = now;
    return report(*lossy.node);
  });
}

void LossEvents::finish() {
  collect({});
  for (const Lossy& lossy : lossy_) {
    while (!report(*lossy.node)) {  // losses were added meanwhile
    }
  }
  lossy_.clear();
}

bool LossEvents::report(NodeState& node) {
  NodeLosses::Unreported losses;
  if (node.losses.take(losses)) {
    for (std::size_t i = 0; i < drop_reasons; ++i) {
      if (losses.counts[i] > 0) record(node, static_cast<DropReason>(i), losses.counts[i], losses);
    }
  }
  node.is_enlisted.store(false);
  if (node.losses.settled()) return true;
  // More was lost meanwhile. The losing thread either found the node enlisted and left it to us, or
  // has enlisted it again.
  return node.is_enlisted.exchange(true);
}

void LossEvents::record(const NodeState& node, DropReason reason, std::uint64_t count,
                        const NodeLosses::Unreported& losses) {
  std::string data = fmt::format(R"({{"dropped":{{"reason":"{}","count":{})", name(reason), count);
  const auto add = [&](std::string_view member, const std::optional<Neighbour>& event) {
    if (!event) return;
    data += fmt::format(R"(,"{}":"{}")", member,
                        contract::event_id(session_id_, event->lane, event->sequence));
  };
  add("after", losses.after);
  add("before", losses.before);
  data += "}}";
  const std::string message =
      fmt::format("{} event{} dropped: {}", count, count == 1 ? " was" : "s were", name(reason));
  // Fails if the disk is full; the counters still report it.
  record::record_unsearched(lane_, node.ref(),
                            {.level = Level::warn, .message = message, .data = data});
}

}  // namespace detail::session
}  // namespace trace
