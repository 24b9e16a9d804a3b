// SPDX-License-Identifier: Apache-2.0
// shiptrace emit: the load generator. Records a given number of events and waits for their
// delivery.
#include <fmt/format.h>
#include <sys/resource.h>
#include <trace/detail/background_thread.hpp>
#include <trace/trace.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "emitter/commands/commands.hpp"
#include "emitter/output/exit.hpp"
#include "emitter/output/text.hpp"
#include "emitter/stop_signals.hpp"
#include "emitter/verify/returned_counts.hpp"

namespace trace::cli::commands {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds give_up_after{60};

// Threads that record events for one node as fast as they can, or at the given rate. They share
// only the node. The main thread creates, watches and joins them.
class Load {
 public:
  // Starts the threads. All arguments outlive the load.
  Load(const Node& node, const EmitOptions& options, verify::ReturnedCounts& returned)
      : node_(node), options_(options), returned_(returned), running_(options.threads) {
    for (std::size_t thread = 0; thread < options_.threads; ++thread) {
      threads_.emplace_back("load", [this, thread] {
        produce(thread);
        running_.fetch_sub(1);
      });
    }
  }
  ~Load() { stop(); }

  // Makes each thread return after its current event.
  void stop() noexcept { stop_.store(true); }
  // True when every thread has recorded its share, or gave up.
  bool finished() const noexcept { return running_.load() == 0; }

 private:
  // The due times of all threads' events are evenly spaced; a late thread catches up.
  void wait_until_due(std::size_t thread, std::uint64_t n) {
    const double place = static_cast<double>((n - 1) * options_.threads + thread);
    const auto due = start_ + std::chrono::duration_cast<Clock::duration>(
                                  std::chrono::duration<double>(place / options_.rate));
    // In slices, so that stop() takes effect at low rates.
    while (!stop_.load(std::memory_order_relaxed)) {
      const auto now = Clock::now();
      if (now >= due) return;
      std::this_thread::sleep_until(std::min(due, now + std::chrono::milliseconds(50)));
    }
  }

  void produce(std::size_t thread) {
    const std::uint64_t share =
        options_.events / options_.threads + (thread < options_.events % options_.threads ? 1 : 0);
    const std::string_view label = options_.label;
    for (std::uint64_t n = 1; n <= share; ++n) {
      if (options_.rate > 0) wait_until_due(thread, n);
      if (stop_.load(std::memory_order_relaxed)) return;
      const Outcome outcome =
          record(node_, Type::progress, Level::info, field("label", label), field("thread", thread),
                 field("n", n), "event {} of thread {}", n, thread);
      if (outcome != Outcome::accepted) return;
      returned_.raise(thread, n);
    }
  }

  const Node& node_;
  const EmitOptions& options_;
  verify::ReturnedCounts& returned_;
  const Clock::time_point start_ = Clock::now();
  std::atomic<bool> stop_{false};
  std::atomic<std::size_t> running_;
  std::vector<detail::BackgroundThread> threads_;  // joined before the rest is destroyed
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Events whose fate is known.
std::uint64_t settled(const Stats& stats) {
  return stats.acknowledged + stats.rejected + stats.lost;
}

enum class Ending { delivered, gave_up, interrupted };

// Waits until everything is recorded and acknowledged.
Ending watch(const Session& session, const Load& load, const StopSignals& stop) {
  std::uint64_t last_resolved = 0;
  Clock::time_point last_progress = Clock::now();
  for (;;) {
    const bool finished = load.finished();  // before the counters: they are complete then
    const Stats stats = session.stats();
    const std::uint64_t resolved = settled(stats);
    if (finished && resolved >= stats.accepted) return Ending::delivered;
    if (stop.requested()) return Ending::interrupted;
    if (resolved != last_resolved || resolved >= stats.accepted) last_progress = Clock::now();
    last_resolved = resolved;
    if (Clock::now() - last_progress > give_up_after) return Ending::gave_up;
    std::this_thread::sleep_for(std::chrono::milliseconds(finished ? 1 : 10));
  }
}

std::string summary(const Stats& stats, double seconds, double cpu, const std::string& label) {
  const auto events = static_cast<double>(stats.accepted);
  return fmt::format("{} events in {:.2f} s: {} events/s, {:.2f} CPU µs per event; label {}\n",
                     output::thousands(stats.accepted), seconds,
                     output::thousands(static_cast<std::uint64_t>(events / seconds)),
                     events > 0 ? cpu * 1e6 / events : 0.0, label);
}

// Returns the exit status, and reports the reasons when it is not 0.
int judge(const Stats& stats, Ending ending, const StopSignals& stop, bool nothing_lost,
          const EmitOptions& options, const Config& config) {
  int status = nothing_lost ? exit_code::ok : exit_code::failed;
  if (stats.rejected > 0) status = rejected(stats.rejected);
  if (ending == Ending::interrupted) return stop.exit_status();
  if (stats.accepted < options.events) {
    status = output::fail(fmt::format(
        "only {} of {} events were recorded; the backend at {} does not accept events and "
        "the journal's budget is spent",
        output::thousands(stats.accepted), output::thousands(options.events), config.endpoint));
  }
  return status;
}

}  // namespace

int emit(EmitOptions options) {
  Config config = config_of(options.shared);
  config.when_full = WhenFull::block;
  config.level = std::min(config.level, Level::info);  // none is filtered
  auto session = Session::start(config);
  if (!session) return output::fail(session.error().text(), exit_code::usage);
  if (options.label.empty()) options.label = session->id();
  verify::ReturnedCounts returned;
  if (!options.returned.empty()) {
    auto created = verify::ReturnedCounts::create(options.returned, options.threads);
    if (!created) return output::fail(created.error().text(), exit_code::usage);
    returned = std::move(*created);
  }

  const StopSignals stop;
  auto run = session->run(options.node.run, options.node.spec);
  const Node node = run.node(options.node.node);
  const double cpu_before = cpu_seconds();
  const auto began = Clock::now();
  Load load(node, options, returned);
  const Ending ending = watch(*session, load, stop);
  const std::chrono::duration<double> took = Clock::now() - began;
  const double cpu = cpu_seconds() - cpu_before;
  load.stop();
  const bool nothing_lost = close(*session, config);  // threads that wait for space return now
  const Stats stats = session->stats();
  if (!options.shared.quiet) {
    fmt::print(stderr, "{}", summary(stats, took.count(), cpu, options.label));
  }
  return judge(stats, ending, stop, nothing_lost, options, config);
}

}  // namespace trace::cli::commands
