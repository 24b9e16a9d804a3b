// SPDX-License-Identifier: Apache-2.0
// shiptrace emit: the load generator. Records a given number of events and waits for their
// delivery.
#include <fmt/format.h>
#include <sys/resource.h>
#include <trace/trace.hpp>

#include <chrono>
#include <string>
#include <thread>

#include "emitter/commands/commands.hpp"
#include "emitter/commands/delivery.hpp"
#include "emitter/load/load.hpp"
#include "emitter/load/returned_counts.hpp"
#include "emitter/output/failure.hpp"
#include "emitter/output/thousands.hpp"
#include "emitter/stop_signals.hpp"

namespace trace::cli::commands {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds give_up_after{60};

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

// Detects that the backend has not acknowledged anything for too long.
class Patience {
 public:
  bool spent(const Stats& stats) {
    const auto now = Clock::now();
    const std::uint64_t resolved = settled(stats);
    if (resolved != resolved_ || resolved >= stats.accepted) {
      resolved_ = resolved;
      since_ = now;
    }
    return now - since_ > give_up_after;
  }

 private:
  std::uint64_t resolved_ = 0;
  Clock::time_point since_ = Clock::now();
};

enum class Ending { delivered, gave_up, interrupted };

// Waits until everything is recorded and acknowledged.
Ending watch(const Session& session, const load::Load& load, const StopSignals& stop) {
  Patience patience;
  for (;;) {
    const bool finished = load.finished();  // before the counters: they are complete then
    const Stats stats = session.stats();
    if (finished && settled(stats) >= stats.accepted) return Ending::delivered;
    if (stop.requested()) return Ending::interrupted;
    if (patience.spent(stats)) return Ending::gave_up;
    std::this_thread::sleep_for(std::chrono::milliseconds(finished ? 1 : 10));
  }
}

std::string summary(const Stats& stats, double seconds, double cpu, const load::LoadSpec& load) {
  const auto events = static_cast<double>(stats.accepted);
  return fmt::format("{} events in {:.2f} s: {} events/s, {:.2f} CPU µs per event; label {}\n",
                     output::thousands(stats.accepted), seconds,
                     output::thousands(static_cast<std::uint64_t>(events / seconds)),
                     events > 0 ? cpu * 1e6 / events : 0.0, load.label);
}

// Returns the exit status, and reports the reasons when it is not 0.
int judge(const Stats& stats, Ending ending, bool nothing_lost, const EmitOptions& options,
          const Config& config) {
  int status = nothing_lost ? exit_code::ok : exit_code::failed;
  if (stats.rejected > 0) {
    status =
        output::fail(fmt::format("the backend rejected {} events; rejected.ndjson in the journal "
                                 "directory says why",
                                 output::thousands(stats.rejected)));
  }
  if (ending == Ending::interrupted) return exit_code::interrupted;
  if (stats.accepted < options.load.events) {
    status = output::fail(fmt::format(
        "only {} of {} events were recorded; the backend at {} does not accept events and "
        "the journal's budget is spent",
        output::thousands(stats.accepted), output::thousands(options.load.events),
        config.endpoint));
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
  if (options.load.label.empty()) options.load.label = session->id();
  load::ReturnedCounts returned;
  if (!options.returned.empty()) {
    auto created = load::ReturnedCounts::create(options.returned, options.load.threads);
    if (!created) return output::fail(created.error().text(), exit_code::usage);
    returned = std::move(*created);
  }

  const StopSignals stop;
  auto run = session->run(options.node.run);
  const Node node = run.node(options.node.node);
  const double cpu_before = cpu_seconds();
  const auto began = Clock::now();
  load::Load load(node, options.load, returned);
  const Ending ending = watch(*session, load, stop);
  const std::chrono::duration<double> took = Clock::now() - began;
  const double cpu = cpu_seconds() - cpu_before;
  load.stop();
  const bool nothing_lost = close(*session, config);  // threads that wait for space return now
  const Stats stats = session->stats();
  if (!options.shared.quiet) {
    fmt::print(stderr, "{}", summary(stats, took.count(), cpu, options.load));
  }
  return judge(stats, ending, nothing_lost, options, config);
}

}  // namespace trace::cli::commands
