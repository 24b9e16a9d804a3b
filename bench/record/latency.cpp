// SPDX-License-Identifier: Apache-2.0
#include "record/latency.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>

#include <barrier>
#include <chrono>
#include <mutex>
#include <numeric>
#include <thread>

#include "support/statistics.hpp"

namespace trace::bench {
namespace {

using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int warm_up_bursts = 3;

void pin_this_thread(unsigned number) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  const unsigned cores = static_cast<unsigned>(CPU_COUNT(&allowed));
  unsigned wanted = number % cores;
  for (unsigned core = 0; core < CPU_SETSIZE; ++core) {
    if (!CPU_ISSET(core, &allowed) || wanted-- > 0) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    pthread_setaffinity_np(pthread_self(), sizeof one, &one);
    return;
  }
}

// The work of one thread; adds its measurements to `sum`.
class Measurement {
 public:
  Measurement(Subject& subject, const Scenario& scenario, unsigned threads, const Ticks& ticks)
      : subject_(subject), scenario_(scenario), ticks_(ticks), start_(threads), threads_(threads) {}

  void run(unsigned number) {
    pin_this_thread(number);
    const auto producer = subject_.producer();
    std::vector<std::uint32_t> durations(scenario_.burst * scenario_.bursts);
    if (scenario_.fresh_subjects > 0) {
      std::this_thread::sleep_for(scenario_.after_start);
      for (std::uint64_t i = 0; i < scenario_.bursts; ++i) {
        pause(number);
        producer->timed(ticks_, &durations[i * scenario_.burst], scenario_.burst);
      }
      const double ticks = std::accumulate(durations.begin(), durations.end(), 0.0);
      const auto calls = static_cast<double>(durations.size());
      add(durations, ticks * ticks_.ns(1) - calls * ticks_.own_ns());
      return;
    }
    // What a library sets up with a thread's first events, and how far its memory grows for a load
    // like this, is measured by the scenarios with a fresh subject.
    for (int i = 0; i < warm_up_bursts; ++i) {
      pause(number);
      producer->burst(scenario_.burst);
    }
    Steady::duration in_bursts{};
    for (std::uint64_t i = 0; i < scenario_.bursts; ++i) {
      pause(number);
      const auto begin = Steady::now();
      producer->burst(scenario_.burst);
      in_bursts += Steady::now() - begin;
      pause(number);
      producer->timed(ticks_, &durations[i * scenario_.burst], scenario_.burst);
    }
    add(durations, std::chrono::duration<double, std::nano>(in_bursts).count());
  }

  Latencies result() {
    std::sort(sum_.durations.begin(), sum_.durations.end());
    sum_.mean_ns /= threads_;
    return std::move(sum_);
  }

 private:
  void pause(unsigned number) {
    start_.arrive_and_wait();
    if (scenario_.settled) {
      if (number == 0) subject_.settle();
      start_.arrive_and_wait();
    }
    if (scenario_.pause_us > 0) {
      std::this_thread::sleep_for(std::chrono::microseconds(scenario_.pause_us));
    }
  }

  void add(const std::vector<std::uint32_t>& durations, double ns_in_bursts) {
    const double mean = ns_in_bursts / static_cast<double>(scenario_.burst * scenario_.bursts);
    const std::lock_guard lock(mutex_);
    sum_.mean_ns += mean;
    sum_.events_per_second += 1e9 / mean;
    sum_.durations.insert(sum_.durations.end(), durations.begin(), durations.end());
  }

  Subject& subject_;
  const Scenario& scenario_;
  const Ticks& ticks_;
  std::barrier<> start_;
  const unsigned threads_;
  std::mutex mutex_;
  Latencies sum_;
};

}  // namespace

std::vector<Scenario> scenarios(bool quick) {
  const std::uint64_t shorter = quick ? 10 : 1;
  std::vector<Scenario> all{
      {"burst of 100,000", 100'000, quick ? 5U : 20U, 0, true, {1, 2, 4}},
      {"bursts of 20", 20, 5'000 / shorter, 50, false, {1, 2}},
      {"burst of 100,000, fresh journal", 100'000, 1, 0, true, {1}, quick ? 5U : 15U, 20ms},
      {"burst of 100,000 at the start", 100'000, 1, 0, true, {1}, quick ? 5U : 15U},
      {"bursts of 20, fresh journal", 20, 5'000 / shorter, 50, false, {1}, quick ? 1U : 3U},
      // Long enough for some calls of sync.
      {"bursts of 20, sync beside", 20, 40'000 / shorter, 50, false, {1}, 0, 0ms, 0, Beside::sync},
      {"bursts of 20, 48 MiB",
       20,
       40'000 / shorter,
       50,
       false,
       {1},
       0,
       0ms,
       0,
       Beside::little_memory},
      {"burst of 100,000, 48 MiB",
       100'000,
       quick ? 5U : 20U,
       0,
       true,
       {1},
       0,
       0ms,
       0,
       Beside::little_memory},
      {"after idling", 1, 1'000 / shorter, 1'000, false, {1}},
      {"flood", 4'000'000 / shorter, 1, 0, true, {1, 2, 4}}};
  constexpr std::uint64_t burst_bytes = 20'000'000;
  for (const auto& [name, bytes] : long_texts) {
    all.push_back({.name = fmt::format("texts of {} bytes", name),
                   .burst = burst_bytes / bytes,
                   .bursts = quick ? 5U : 20U,
                   .pause_us = 0,
                   .settled = true,
                   .threads = {1},
                   .text_bytes = bytes});
  }
  return all;
}

Latencies measure(Subject& subject, const Scenario& scenario, unsigned threads,
                  const Ticks& ticks) {
  Measurement measurement(subject, scenario, threads, ticks);
  {
    std::vector<std::jthread> all;
    for (unsigned i = 0; i < threads; ++i) all.emplace_back([&, i] { measurement.run(i); });
  }
  subject.settle();
  return measurement.result();
}

}  // namespace trace::bench
