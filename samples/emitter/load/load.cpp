// SPDX-License-Identifier: Apache-2.0
#include "emitter/load/load.hpp"

#include <trace/record.hpp>

#include <algorithm>
#include <thread>
#include <utility>

namespace trace::cli::load {

Load::Load(const Node& node, LoadSpec spec, ReturnedCounts& returned)
    : node_(node), spec_(std::move(spec)), returned_(returned), running_(spec_.threads) {
  for (std::size_t thread = 0; thread < spec_.threads; ++thread) {
    threads_.emplace_back("load", [this, thread] {
      produce(thread);
      running_.fetch_sub(1);
    });
  }
}

Load::~Load() {
  stop();
  threads_.clear();
}

void Load::stop() noexcept { stop_.store(true); }

// The due times of all threads' events are evenly spaced; a late thread catches up.
void Load::wait_until_due(std::size_t thread, std::uint64_t n) {
  const double place = static_cast<double>((n - 1) * spec_.threads + thread);
  const auto due = start_ + std::chrono::duration_cast<Clock::duration>(
                                std::chrono::duration<double>(place / spec_.rate));
  // In slices, so that stop() takes effect at low rates.
  while (!stop_.load(std::memory_order_relaxed)) {
    const auto now = Clock::now();
    if (now >= due) return;
    std::this_thread::sleep_until(std::min(due, now + std::chrono::milliseconds(50)));
  }
}

void Load::produce(std::size_t thread) {
  const std::uint64_t share =
      spec_.events / spec_.threads + (thread < spec_.events % spec_.threads ? 1 : 0);
  const std::string_view label = spec_.label;
  for (std::uint64_t n = 1; n <= share; ++n) {
    if (spec_.rate > 0) wait_until_due(thread, n);
    if (stop_.load(std::memory_order_relaxed)) return;
    const Outcome outcome =
        record(node_, Type::progress, Level::info, field("label", label), field("thread", thread),
               field("n", n), "event {} of thread {}", n, thread);
    if (outcome != Outcome::accepted) {
      refused_.store(true);
      return;
    }
    returned_.raise(thread, n);
  }
}

}  // namespace trace::cli::load
