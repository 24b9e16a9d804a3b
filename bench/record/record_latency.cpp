// SPDX-License-Identifier: Apache-2.0
// record_latency: what a call of record() costs the calling thread, beside other ways to hand an
// event over, all in one run. Prints JSON lines, docs/benchmarks.md says how to read them.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "record/latency.hpp"
#include "support/report.hpp"
#include "support/statistics.hpp"
#include "support/temporary_directory.hpp"

namespace trace::bench {
namespace {

struct Options {
  bool quick = false;
  std::string disk = std::filesystem::temp_directory_path();
  std::string shared_memory = "/dev/shm";
  std::string only;  // subjects whose names contain it
};

void report(const Report& out, const Case& which, const Latencies& seen, const Ticks& ticks) {
  out.add(which, "burst mean", "ns", seen.mean_ns);
  constexpr std::pair<const char*, double> quantiles[] = {
      {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}, {"p99.99", 0.9999}};
  for (const auto& [name, quantile] : quantiles) {
    out.add(which, name, "ns", ticks.ns(at_quantile(seen.durations, quantile)));
  }
  out.add(which, "max", "ns", ticks.ns(seen.durations.back()));
  out.add(which, "events_per_second", "1/s", seen.events_per_second);
}

void run(const Options& options) {
  const Report out("record_latency");
  const Ticks ticks;
  out.add(Case().with("subject", "the timer itself"), "p50", "ns", ticks.own_ns());
  for (const Scenario& scenario : scenarios(options.quick)) {
    for (const unsigned threads : scenario.threads) {
      for (const SubjectMaker& maker : subjects()) {
        if (maker.name.find(options.only) == std::string::npos) continue;
        const TemporaryDirectory directory(maker.memory == "tmpfs" ? options.shared_memory
                                                                   : options.disk);
        const auto subject = maker.make(directory.path());
        const Latencies seen = measure(*subject, scenario, threads, ticks);
        const Case which = Case()
                               .with("scenario", scenario.name)
                               .with("threads", threads)
                               .with("subject", maker.name)
                               .with("memory", maker.memory);
        report(out, which, seen, ticks);
        out.add(which, "lost", "events", static_cast<double>(subject->lost()));
      }
    }
  }
}

}  // namespace
}  // namespace trace::bench

int main(int argc, char** argv) {
  trace::bench::Options options;
  CLI::App app{"What a call of record() costs the calling thread"};
  app.add_flag("--quick", options.quick, "a tenth of the work");
  app.add_option("--disk", options.disk, "a directory on the file system called ext4");
  app.add_option("--shared-memory", options.shared_memory, "a directory on a tmpfs");
  app.add_option("--only", options.only, "subjects whose names contain it");
  CLI11_PARSE(app, argc, argv);
  try {
    trace::bench::run(options);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "record_latency: {}\n", failure.what());
    return 1;
  }
}
