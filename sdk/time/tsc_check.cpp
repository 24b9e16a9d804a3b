// SPDX-License-Identifier: Apache-2.0
#include "time/tsc_check.hpp"

#include <sched.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <atomic>
#include <cstring>
#include <trace/detail/background_thread.hpp>

namespace trace::detail::time {
namespace {

using Steady = std::chrono::steady_clock;

// An offset between two counters that exceeds the time of one message inverts every second pair; a
// smaller one inverts nothing that threads on these two CPUs can observe.
constexpr unsigned exchanges_per_pair = 500;

bool move_to(int cpu) noexcept {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(cpu, &only);
  return sched_setaffinity(0, sizeof(only), &only) == 0;
}

// The message that two threads pass to and fro. The thread whose turn it is reads its counter and
// writes it over that of the other thread.
class Exchange {
 public:
  Exchange(ReadCounter read, Steady::time_point until) : read_(read), until_(until) {}

  // One of the two threads, `side` 0 or 1.
  void run(int cpu, unsigned side) noexcept {
    if (!move_to(cpu)) failed_.store(true, std::memory_order_relaxed);
    for (unsigned turn = side; turn < exchanges_per_pair; turn += 2) {
      if (!wait_for(turn)) return;
      const std::uint64_t stamp = read_();
      if (stamp < last_) failed_.store(true, std::memory_order_relaxed);
      last_ = stamp;
      turn_.store(turn + 1, std::memory_order_release);
    }
  }

  bool ordered() const noexcept {
    return !failed_.load(std::memory_order_relaxed) &&
           turn_.load(std::memory_order_relaxed) == exchanges_per_pair;
  }

 private:
  bool wait_for(unsigned turn) noexcept {
    for (unsigned spins = 1; turn_.load(std::memory_order_acquire) != turn; ++spins) {
      if (failed_.load(std::memory_order_relaxed)) return false;
      if (spins % 1024 != 0) continue;
      // The other thread may wait for this CPU, or for one that another process uses.
      if (Steady::now() > until_) return false;
      sched_yield();
    }
    return !failed_.load(std::memory_order_relaxed);
  }

  const ReadCounter read_;
  const Steady::time_point until_;
  std::atomic<unsigned> turn_{0};
  std::atomic<bool> failed_{false};
  std::uint64_t last_ = 0;  // of the thread whose turn it is
};

}  // namespace

bool tsc_is_usable() noexcept {
#if defined(__x86_64__)
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  constexpr unsigned features = 0x80000001;
  constexpr unsigned rdtscp = 1U << 27;
  if (__get_cpuid(features, &a, &b, &c, &d) == 0 || (d & rdtscp) == 0) return false;
  constexpr unsigned power_management = 0x80000007;
  constexpr unsigned invariant_tsc = 1U << 8;
  return __get_cpuid(power_management, &a, &b, &c, &d) != 0 && (d & invariant_tsc) != 0;
#else
  return false;
#endif
}

std::vector<int> cpus_of_process() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  bool known = false;
  BackgroundThread reader("st-tsc", [&] {
    // The kernel reduces the set to what the process's control group allows.
    cpu_set_t all;
    std::memset(&all, 0xFF, sizeof(all));
    sched_setaffinity(0, sizeof(all), &all);
    known = sched_getaffinity(0, sizeof(allowed), &allowed) == 0;  // not above 1,024 CPUs
  });
  reader.join();
  std::vector<int> cpus;
  if (!known) return cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &allowed)) cpus.push_back(cpu);
  }
  return cpus;
}

bool counters_are_ordered(const std::vector<int>& cpus, ReadCounter read,
                          std::chrono::milliseconds limit) {
  if (cpus.empty()) return false;
  const Steady::time_point until = Steady::now() + limit;
  const auto are_ordered = [&](int a, int b) {
    if (Steady::now() > until) return false;
    Exchange exchange(read, until);
    {
      const BackgroundThread first("st-tsc-a", [&] { exchange.run(a, 0); });
      const BackgroundThread other("st-tsc-b", [&] { exchange.run(b, 1); });
    }
    return exchange.ordered();
  };
  for (std::size_t i = 1; i < cpus.size(); ++i) {
    if (!are_ordered(cpus[0], cpus[i])) return false;
    if (i > 1 && !are_ordered(cpus[i - 1], cpus[i])) return false;
  }
  return true;
}

}  // namespace trace::detail::time
