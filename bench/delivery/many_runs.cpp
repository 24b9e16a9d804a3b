// SPDX-License-Identifier: Apache-2.0
// many_runs: what a session costs that works for many runs, against one that works for a single
// run: CPU per event from opening the handles to the acknowledgement of the last event, and memory.
// Each run has one node and the same number of events. The handles stay open until the end, or are
// closed before the next run begins. The backend is in the same process, so what is measured is the
// SDK. Prints JSON lines.
#include <fmt/format.h>
#include <trace/trace.hpp>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "record/event.hpp"
#include "support/child.hpp"
#include "support/report.hpp"
#include "support/taking_transport.hpp"
#include "support/temporary_directory.hpp"
#include "support/usage.hpp"

namespace trace::bench {
namespace {

struct RunsCase {
  std::uint64_t runs;
  bool handles_stay_open;
  std::uint64_t events;
};

struct Handles {
  Run run;
  Node node;
};

Handles open(Session& session, std::uint64_t number) {
  Run run = session.run(fmt::format("{}-{}", run_id, number));
  Node node = run.node(node_id);
  return {std::move(run), std::move(node)};
}

// Records, and waits now and then until everything is delivered: a backlog in the journal would
// hide what the runs need.
class Recorder {
 public:
  explicit Recorder(Session& session) : session_(session) {}

  void record(const Node& node, std::uint64_t events) {
    for (std::uint64_t n = 0; n < events; ++n) {
      trace::record(node, Type::progress, Level::info, "{} {}", n, text);
      if (++recorded_ % most_in_journal == 0) flush();
    }
  }
  void flush() {
    if (!session_.flush(std::chrono::minutes(10))) throw std::runtime_error("not delivered");
  }

 private:
  static constexpr std::uint64_t most_in_journal = 1 << 15;

  Session& session_;
  std::uint64_t recorded_ = 0;
};

Session start(const std::string& directory) {
  Config config;
  config.journal_dir = directory;
  // Small, so that memory shows what the runs need. record() waits if it is full.
  config.journal_budget = std::uint64_t{32} << 20;
  config.when_full = WhenFull::block;
  Dependencies dependencies;
  dependencies.transport = std::make_unique<TakingTransport>();
  auto session = Session::start(std::move(config), std::move(dependencies));
  if (!session) throw std::runtime_error(session.error().text());
  return std::move(*session);
}

void measure(const RunsCase& which, const Report& out) {
  const TemporaryDirectory directory(std::filesystem::temp_directory_path());
  Session session = start(directory.path());
  const std::uint64_t of_each_run = which.events / which.runs;
  const Case name = Case()
                        .with("runs", which.runs)
                        .with("handles", which.handles_stay_open ? "open" : "closed")
                        .with("events", which.events);
  const Nanoseconds begin = cpu_time_of_process();
  const std::uint64_t before = resident_bytes();
  Recorder recorder(session);
  std::vector<Handles> handles;
  if (which.handles_stay_open) {
    handles.reserve(which.runs);
    for (std::uint64_t run = 0; run < which.runs; ++run) handles.push_back(open(session, run));
    const auto runs = static_cast<double>(which.runs);
    out.add(name, "cpu_per_opened_run", "µs",
            static_cast<double>((cpu_time_of_process() - begin).count()) / 1000 / runs);
    out.add(name, "resident_per_opened_run", "B",
            static_cast<double>(resident_bytes() - before) / runs);
    for (const Handles& each : handles) recorder.record(each.node, of_each_run);
  } else {
    for (std::uint64_t run = 0; run < which.runs; ++run) {
      recorder.record(open(session, run).node, of_each_run);
    }
  }
  recorder.flush();
  const auto used = static_cast<double>((cpu_time_of_process() - begin).count());
  if (session.stats().acknowledged != which.events) {
    throw std::runtime_error("not every event was acknowledged");
  }
  out.add(name, "cpu_per_event", "µs", used / 1000 / static_cast<double>(which.events));
  out.add(name, "peak_resident", "MiB", static_cast<double>(peak_resident_bytes()) / (1 << 20));
}

}  // namespace
}  // namespace trace::bench

int main(int argc, char** argv) {
  using namespace trace::bench;
  std::uint64_t runs = 100'000;
  std::uint64_t events_per_run = 10;
  CLI::App app{"What many runs cost a session, against a single one"};
  app.add_option("--runs", runs, "number of runs of the larger case");
  app.add_option("--events", events_per_run, "events of each of these runs");
  CLI11_PARSE(app, argc, argv);
  bool all = true;
  for (const std::uint64_t count : {std::uint64_t{1}, runs}) {
    for (const bool open : {true, false}) {
      all = measure_in_child(fmt::format("many_runs, {} runs", count),
                             [&] {
                               measure({count, open, runs * events_per_run}, Report("many_runs"));
                             }) &&
            all;
    }
  }
  return all ? 0 : 1;
}
