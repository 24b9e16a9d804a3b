// SPDX-License-Identifier: Apache-2.0
// The scenarios of record_latency: how often a thread records, and how many threads do.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "record/subject.hpp"

namespace trace::bench {

// What disturbs the recording threads.
enum class Beside {
  nothing,
  sync,          // the dirty pages of the file system are written back twice a second
  little_memory  // the process may use `little_memory_bytes`, page cache included
};

inline constexpr std::uint64_t little_memory_bytes = std::uint64_t{48} << 20;

struct Scenario {
  std::string name;
  std::uint64_t burst;     // events one after another
  std::uint64_t bursts;    // how many of them per thread
  std::uint64_t pause_us;  // between them
  bool settled;            // between them the subject may finish what it has
  std::vector<unsigned> threads;
  // No warm-up, and every call is timed from the subject's first event on. Each of so many subjects
  // does the bursts.
  unsigned fresh_subjects = 0;
  // Before its first event: a process has more to do than to start a session.
  std::chrono::milliseconds after_start{0};
  std::size_t text_bytes = 0;  // which subjects: see SubjectMaker
  Beside beside = Beside::nothing;
};

std::vector<Scenario> scenarios(bool quick);

struct Latencies {
  // Of bursts in which no single call is timed; of fresh subjects the median of their means of
  // single calls.
  double mean_ns = 0;
  std::vector<std::uint32_t> durations;  // of single calls, sorted
  double events_per_second = 0;          // of all threads together
};

// One repetition of a scenario with one subject. Each producing thread has a core of its own while
// there are some.
Latencies measure(Subject& subject, const Scenario& scenario, unsigned threads, const Ticks& ticks);

}  // namespace trace::bench
