// shiptrace emit: the load generator. Exactly as many events as asked for, each of them waited for.
#include <fmt/format.h>
#include <sys/resource.h>
#include <CLI/CLI.hpp>
#include <trace/trace.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "commands.hpp"
#include "delivery.hpp"
#include "load.hpp"
#include "options.hpp"
#include "quantity.hpp"
#include "returned_counts.hpp"
#include "stop_signals.hpp"

namespace trace::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds give_up_after{60};

struct EmitOptions {
  SharedOptions shared;
  NodeOptions node;
  LoadSpec load;
  std::string returned;
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Events that need no further waiting.
std::uint64_t settled(const Stats& stats) {
  return stats.acknowledged + stats.rejected + stats.lost;
}

// Says when the backend has taken nothing for so long that waiting is in vain.
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
Ending watch(const Session& session, const Load& load, const StopSignals& stop) {
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

std::string summary(const Stats& stats, double seconds, double cpu, const LoadSpec& load) {
  const auto events = static_cast<double>(stats.accepted);
  return fmt::format("{} events in {:.2f} s: {} events/s, {:.2f} CPU µs per event; label {}\n",
                     thousands(stats.accepted), seconds,
                     thousands(static_cast<std::uint64_t>(events / seconds)),
                     events > 0 ? cpu * 1e6 / events : 0.0, load.label);
}

// The exit status, and the reasons when it is not 0.
int judge(const Stats& stats, Ending ending, bool nothing_lost, const EmitOptions& options,
          const Config& config) {
  int status = nothing_lost ? exit_code::ok : exit_code::failed;
  if (stats.rejected > 0) {
    status =
        fail(fmt::format("the backend rejected {} events; rejected.ndjson in the journal "
                         "directory says why",
                         thousands(stats.rejected)));
  }
  if (ending == Ending::interrupted) return exit_code::interrupted;
  if (stats.accepted < options.load.events) {
    status = fail(
        fmt::format("only {} of {} events were recorded; the backend at {} takes none and "
                    "the journal's budget is spent",
                    thousands(stats.accepted), thousands(options.load.events), config.endpoint));
  }
  return status;
}

int emit(EmitOptions options) {
  Config config = config_of(options.shared);
  config.when_full = WhenFull::block;
  config.level = std::min(config.level, Level::info);  // exactly that many events
  auto session = Session::start(config);
  if (!session) return fail(session.error().text(), exit_code::usage);
  if (options.load.label.empty()) options.load.label = session->id();
  ReturnedCounts returned;
  if (!options.returned.empty()) {
    auto created = ReturnedCounts::create(options.returned, options.load.threads);
    if (!created) return fail(created.error().text(), exit_code::usage);
    returned = std::move(*created);
  }

  const StopSignals stop;
  auto run = session->run(options.node.run);
  const Node node = run.node(options.node.node);
  const double cpu_before = cpu_seconds();
  const auto began = Clock::now();
  Load load(node, options.load, returned);
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

}  // namespace

void add_emit(CLI::App& app, int& status) {
  const auto options = std::make_shared<EmitOptions>();
  CLI::App* command = app.add_subcommand(
      "emit", "Generates load: PROGRESS events of a node, waited for until the backend has them.");
  add_node(*command, options->node);
  command->add_option("--events", options->load.events, "how many, over all threads")
      ->required()
      ->type_name("N")
      ->check([](const std::string& text) {
        return integer_from_text(text) ? std::string() : text + " is no number of events";
      });
  command->add_option("--threads", options->load.threads, "how many threads record them")
      ->capture_default_str()
      ->type_name("T")
      ->check(CLI::Range(1, 1024));
  command->add_option("--rate", options->load.rate, "events per second, over all threads")
      ->type_name("PER_SECOND")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--label", options->load.label,
                   "value of data.label; without it the session's id")
      ->type_name("L");
  command
      ->add_option("--returned", options->returned,
                   "file of one 64-bit count per thread, raised after each accepted event")
      ->type_name("FILE");
  add_shared(*command, options->shared);
  command->footer(
      "Waits for space in the journal instead of dropping events, and until all events are\n"
      "acknowledged; gives up after 60 s in which the backend takes none.\n"
      "Exit codes: 0 all events are recorded (what is not yet sent is kept, as a message says);\n"
      "1 fewer were recorded, some were lost, or the backend rejected some; 2 wrong options or\n"
      "configuration; 130 Ctrl-C.");
  command->final_callback([options, &status] { status = emit(*options); });
}

}  // namespace trace::cli
