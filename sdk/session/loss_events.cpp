// SPDX-License-Identifier: Apache-2.0
#include "session/loss_events.hpp"

#include <fmt/format.h>

#include <utility>

#include "contract/event_prefix.hpp"
#include "record/event_parts.hpp"

namespace trace::detail::session {
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

}  // namespace trace::detail::session
