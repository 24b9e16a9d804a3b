// SPDX-License-Identifier: Apache-2.0
// delivery_latency: the time from record() until the backend has read the event,
// at a steady rate. Each event carries the time of its record(); the sink, on the same machine and
// so with the same monotonic clock, subtracts.
#include <fmt/format.h>
#include <trace/trace.hpp>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include <trace/detail/stamp.hpp>
#include <trace/http.hpp>
#include "delivery/counted.hpp"
#include "record/event.hpp"
#include "support/report.hpp"
#include "support/server.hpp"
#include "support/temporary_directory.hpp"

namespace trace::bench {
namespace {

using Steady = std::chrono::steady_clock;

// What is due is recorded every so often: timers are not finer.
constexpr std::chrono::milliseconds beat{1};

void record_at_rate(const Node& node, std::uint64_t rate, std::chrono::seconds length) {
  const auto begin = Steady::now();
  std::uint64_t recorded = 0;
  while (Steady::now() - begin < length) {
    const std::chrono::duration<double> passed = Steady::now() - begin;
    const auto due = static_cast<std::uint64_t>(passed.count() * static_cast<double>(rate));
    for (; recorded < due; ++recorded) {
      record(node, Type::progress, Level::info, field("t", detail::monotonic_ns()), "{} {}",
             recorded, text);
    }
    std::this_thread::sleep_for(beat);
  }
}

void measure(std::uint64_t rate, std::chrono::seconds length, const Report& out) {
  const TemporaryDirectory directory(std::filesystem::temp_directory_path());
  Server sink({SHIPTRACE_BENCH_COUNTING_SINK, "identity"});
  http::HttpOptions options;
  options.endpoint = sink.url();
  Config config;
  config.journal_dir = directory.path();
  Dependencies dependencies;
  dependencies.transport = http::make_http_transport(options);
  auto session = Session::start(std::move(config), std::move(dependencies));
  if (!session) throw std::runtime_error(session.error().text());
  record_at_rate(session->run(run_id).node(node_id), rate, length);
  session->close(std::chrono::seconds(30));

  const Counted counted = counted_by(sink);
  if (counted.events != session->stats().accepted) throw std::runtime_error("events are missing");
  const Case which = Case().with("events per second", rate);
  out.add(which, "p50", "ms", counted.p50_ns / 1e6);
  out.add(which, "p99", "ms", counted.p99_ns / 1e6);
  out.add(which, "max", "ms", counted.max_ns / 1e6);
  out.add(which, "events_per_request", "",
          static_cast<double>(counted.events) / static_cast<double>(counted.requests));
}

}  // namespace
}  // namespace trace::bench

int main(int argc, char** argv) {
  bool quick = false;
  CLI::App app{"How long an event is on its way from record() to the backend"};
  app.add_flag("--quick", quick, "for a shorter time");
  CLI11_PARSE(app, argc, argv);
  try {
    for (const std::uint64_t rate : {10U, 1'000U, 100'000U}) {
      trace::bench::measure(rate, std::chrono::seconds(quick ? 2 : 10),
                            trace::bench::Report("delivery_latency"));
    }
  } catch (const std::exception& failure) {
    fmt::print(stderr, "delivery_latency: {}\n", failure.what());
    return 1;
  }
}
