// SPDX-License-Identifier: Apache-2.0
#include "session/losses.hpp"

#include <fmt/format.h>

namespace trace::detail::session {
namespace {

std::string_view advice(DropReason reason) noexcept {
  switch (reason) {
    case DropReason::budget:
      return "the journal's budget is exhausted; restore the backend, raise "
             "SHIPTRACE_JOURNAL_BUDGET or choose the policy block";
    case DropReason::disk_full:
      return "the journal's disk is full, or a file size limit (ulimit -f) is reached";
    case DropReason::closed:
      return "the session is closed";
    case DropReason::bad_id:
      return "the run or node id is not valid";
    case DropReason::bad_number:
      return "a field holds NaN or an infinity";
    case DropReason::bad_format:
      return "a formatter threw";
    case DropReason::bad_timestamp:
      return "invalid timestamp: must be UTC, like 2025-10-13T12:00:00Z";
    case DropReason::too_large:
      return "larger than a slab";
    case DropReason::nested:
      return "record() was called inside record() by a signal handler";
    case DropReason::forked:
      return "a child of _Fork() records nothing";
    case DropReason::no_memory:
      return "no memory";
    case DropReason::count_:
      break;
  }
  return "unknown";
}

}  // namespace

void Losses::count(DropReason reason, std::string_view detail) noexcept {
  const auto index = static_cast<std::size_t>(reason);
  Reason& lost = reasons_[index];
  lost.count.fetch_add(1, std::memory_order_relaxed);
  header_.dropped[index].fetch_add(1, std::memory_order_relaxed);
  auto empty = Slot::empty;
  if (!detail.empty() && lost.slot.compare_exchange_strong(empty, Slot::written)) {
    lost.detail = detail;
    lost.slot.store(Slot::full, std::memory_order_release);
  }
}

void Losses::count_in_memory(DropReason reason) noexcept {
  reasons_[static_cast<std::size_t>(reason)].count.fetch_add(1, std::memory_order_relaxed);
}

std::array<std::uint64_t, drop_reasons> Losses::counts() const noexcept {
  std::array<std::uint64_t, drop_reasons> counts{};
  for (std::size_t i = 0; i < drop_reasons; ++i) {
    counts[i] = reasons_[i].count.load(std::memory_order_relaxed);
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
    Reason& lost = reasons_[i];
    const std::uint64_t count = lost.count.load(std::memory_order_relaxed);
    if (count == lost.reported) continue;
    const auto reason = static_cast<DropReason>(i);
    std::string text = fmt::format("{} events dropped so far: {}", count, advice(reason));
    if (lost.slot.load(std::memory_order_acquire) == Slot::full) {
      text += fmt::format(" ({})", lost.detail);
      lost.slot.store(Slot::empty, std::memory_order_release);
    }
    lost.reported = count;
    diagnostics_.report(name(reason), text);
  }
}

}  // namespace trace::detail::session
