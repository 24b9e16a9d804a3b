// SPDX-License-Identifier: Apache-2.0
#include "session/losses.hpp"

#include <fmt/format.h>

#include <iterator>

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

}  // namespace detail::session
}  // namespace trace
