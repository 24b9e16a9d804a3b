// SPDX-License-Identifier: Apache-2.0
// record_latency: what a call of record() costs the calling thread, beside other ways to hand an
// event over, all in one run. Prints JSON lines, docs/benchmarks.md says how to read them.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <vector>

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
  std::vector<std::string> only;  // subjects whose names contain one of them; empty: all
  std::string scenario;           // those whose names contain it
};

bool is_chosen(const SubjectMaker& maker, const Options& options) {
  return options.only.empty() ||
         std::any_of(options.only.begin(), options.only.end(), [&](const std::string& part) {
           return maker.name.find(part) != std::string::npos;
         });
}

Latencies measure_with(const SubjectMaker& maker, const Options& options, const Scenario& scenario,
                       unsigned threads, const Ticks& ticks, std::uint64_t& lost) {
  Latencies all;
  const unsigned subjects = std::max(scenario.fresh_subjects, 1U);
  for (unsigned i = 0; i < subjects; ++i) {
    const TemporaryDirectory directory(maker.memory == "tmpfs" ? options.shared_memory
                                                               : options.disk);
    const auto subject = maker.make(directory.path());
    Latencies seen = measure(*subject, scenario, threads, ticks);
    lost += subject->lost();
    all.mean_ns += seen.mean_ns / subjects;
    all.events_per_second += seen.events_per_second / subjects;
    all.durations.insert(all.durations.end(), seen.durations.begin(), seen.durations.end());
  }
  std::sort(all.durations.begin(), all.durations.end());
  return all;
}

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
    if (scenario.name.find(options.scenario) == std::string::npos) continue;
    for (const unsigned threads : scenario.threads) {
      for (const SubjectMaker& maker : subjects()) {
        if (maker.text_bytes != scenario.text_bytes || !is_chosen(maker, options)) continue;
        std::uint64_t lost = 0;
        const Latencies seen = measure_with(maker, options, scenario, threads, ticks, lost);
        const Case which = Case()
                               .with("scenario", scenario.name)
                               .with("threads", threads)
                               .with("subject", maker.name)
                               .with("memory", maker.memory);
        report(out, which, seen, ticks);
        out.add(which, "lost", "events", static_cast<double>(lost));
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
  app.add_option("--only", options.only, "subjects whose names contain one of these")
      ->delimiter(';');
  app.add_option("--scenario", options.scenario, "scenarios whose names contain it");
  CLI11_PARSE(app, argc, argv);
  try {
    trace::bench::run(options);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "record_latency: {}\n", failure.what());
    return 1;
  }
}
