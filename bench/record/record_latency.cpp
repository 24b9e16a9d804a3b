// SPDX-License-Identifier: Apache-2.0
// record_latency: what a call of record() costs the calling thread, beside other ways to hand an
// event over, all in one run. Prints JSON lines, docs/benchmarks.md says how to read them.
#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "record/latency.hpp"
#include "support/child.hpp"
#include "support/memory_group.hpp"
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

// Writes the dirty pages of a file system back twice a second, as sync(1) beside the worker does.
class SyncBeside {
 public:
  explicit SyncBeside(const std::string& directory)
      : fd_(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (fd_ < 0) throw std::runtime_error("cannot open " + directory);
  }
  ~SyncBeside() {
    thread_ = {};
    close(fd_);
  }
  SyncBeside(const SyncBeside&) = delete;
  SyncBeside& operator=(const SyncBeside&) = delete;

 private:
  void run(const std::stop_token& stop) const {
    constexpr std::chrono::milliseconds interval{500};
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); })) {
      syncfs(fd_);
    }
  }

  int fd_;
  std::jthread thread_{[this](const std::stop_token& stop) { run(stop); }};
};

bool is_chosen(const SubjectMaker& maker, const Scenario& scenario, const Options& options) {
  // Neither the variants of a subject nor tmpfs, which is not written back, add anything there.
  const bool is_variant = maker.name.find(',') != std::string::npos;
  if (scenario.beside != Beside::nothing && (is_variant || maker.memory == "tmpfs")) return false;
  return options.only.empty() ||
         std::any_of(options.only.begin(), options.only.end(), [&](const std::string& part) {
           return maker.name.find(part) != std::string::npos;
         });
}

Latencies measure_with(const SubjectMaker& maker, const Options& options, const Scenario& scenario,
                       unsigned threads, const Ticks& ticks, std::uint64_t& lost) {
  Latencies all;
  std::vector<double> means;
  const unsigned subjects = std::max(scenario.fresh_subjects, 1U);
  for (unsigned i = 0; i < subjects; ++i) {
    const TemporaryDirectory directory(maker.memory == "tmpfs" ? options.shared_memory
                                                               : options.disk);
    std::optional<SyncBeside> sync;
    if (scenario.beside == Beside::sync) sync.emplace(directory.path());
    const auto subject = maker.make(directory.path());
    Latencies seen = measure(*subject, scenario, threads, ticks);
    lost += subject->lost();
    means.push_back(seen.mean_ns);
    all.events_per_second += seen.events_per_second / subjects;
    all.durations.insert(all.durations.end(), seen.durations.begin(), seen.durations.end());
  }
  all.mean_ns = median(means);
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

void measure_and_report(const SubjectMaker& maker, const Options& options, const Scenario& scenario,
                        unsigned threads, const Ticks& ticks, const Report& out) {
  const Case which = Case()
                         .with("scenario", scenario.name)
                         .with("threads", threads)
                         .with("subject", maker.name)
                         .with("memory", maker.memory);
  const auto measure = [&] {
    std::uint64_t lost = 0;
    report(out, which, measure_with(maker, options, scenario, threads, ticks, lost), ticks);
    out.add(which, "lost", "events", static_cast<double>(lost));
  };
  if (scenario.beside != Beside::little_memory) return measure();
  std::optional<MemoryGroup> group;
  try {
    group.emplace(little_memory_bytes);
  } catch (const std::runtime_error& failure) {
    return out.skip(which, failure.what());
  }
  const bool measured = measure_in_child("record_latency", [&] {
    group->join();
    measure();
  });
  if (!measured) throw std::runtime_error(maker.name + " failed in " + scenario.name);
}

void run(const Options& options) {
  const Report out("record_latency");
  const Ticks ticks;
  out.add(Case().with("subject", "the timer itself"), "p50", "ns", ticks.own_ns());
  for (const Scenario& scenario : scenarios(options.quick)) {
    if (scenario.name.find(options.scenario) == std::string::npos) continue;
    for (const unsigned threads : scenario.threads) {
      for (const SubjectMaker& maker : subjects()) {
        if (maker.text_bytes != scenario.text_bytes || !is_chosen(maker, scenario, options)) {
          continue;
        }
        measure_and_report(maker, options, scenario, threads, ticks, out);
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
