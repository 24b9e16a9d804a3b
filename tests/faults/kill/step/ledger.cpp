// SPDX-License-Identifier: Apache-2.0
#include "kill/step/ledger.hpp"

#include <sys/mman.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <new>
#include <system_error>

namespace trace::testing {

void Ledger::returned(std::size_t run, std::size_t lane) noexcept {
  std::atomic_ref(progress.returned[run][lane]).fetch_add(1, std::memory_order_release);
}

void Ledger::store(const Batch& batch) noexcept {
  std::uint64_t count = progress.stored;
  for (const OutgoingRun& run : batch.runs) {
    for (const OutgoingEvent& event : run.events) {
      const auto number = static_cast<std::uint32_t>(run_number(run.run_id));
      if (count < most_stored) entries[count++] = {number, event.lane, event.sequence};
    }
  }
  std::atomic_ref(progress.stored).store(count, std::memory_order_release);
}

void Ledger::settle() noexcept {
  std::atomic_ref(progress.settled).store(progress.stored, std::memory_order_release);
}

Ledger& new_ledger() {
  void* memory =
      mmap(nullptr, sizeof(Ledger), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  return *new (memory) Ledger();
}

std::string run_id(std::size_t run) { return "run-" + std::to_string(run); }
std::size_t run_number(std::string_view id) { return static_cast<std::size_t>(id.back() - '0'); }

std::string text_of(std::uint64_t n) {
  const std::uint64_t bytes = n * 997 % (n < first_short_text ? 2500 : 50);
  return std::to_string(n) + ':' + std::string(bytes, static_cast<char>('a' + n % 26));
}

std::uint64_t number_of(std::string_view text) {
  std::uint64_t n = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), n);
  return parsed.ec == std::errc() && text == text_of(n) ? n : 0;
}

}  // namespace trace::testing
