// SPDX-License-Identifier: Apache-2.0
#include "capture/captured.hpp"

#include <trace/capture.hpp>
#include <trace/trace.hpp>

#include <chrono>
#include <filesystem>
#include <stdexcept>

#include <trace/http.hpp>
#include "capture/printer.hpp"
#include "delivery/counted.hpp"
#include "record/event.hpp"
#include "support/add_secrets.hpp"
#include "support/server.hpp"
#include "support/temporary_directory.hpp"
#include "support/usage.hpp"

namespace trace::bench {
namespace {

using Steady = std::chrono::steady_clock;

// A connection, and a journal that is as large as it gets.
constexpr std::uint64_t warm_up_lines = 500'000;

Session start(const std::string& directory, const std::string& url) {
  http::HttpOptions http;
  http.endpoint = url;
  http.compression = http::Compression::none;
  Config config;
  config.journal_dir = directory;
  config.when_full = WhenFull::block;
  Dependencies dependencies;
  dependencies.transport = http::make_http_transport(http);
  auto session = Session::start(std::move(config), std::move(dependencies));
  if (!session) throw std::runtime_error(session.error().text());
  return std::move(*session);
}

void capture(Session& session, Node node, std::uint64_t lines) {
  ProcessSpec spec;
  spec.argv = command_that_prints(lines);
  spec.limits.head_bytes = CaptureLimits::unlimited;
  const Ended ended = run_process(std::move(node), std::move(spec));
  if (!ended.ok()) throw std::runtime_error("the child: " + std::string(ended.text()));
  session.flush(std::chrono::minutes(10));
}

}  // namespace

void measure_capture(const CaptureCase& which, const Report& out) {
  const TemporaryDirectory directory(std::filesystem::temp_directory_path());
  Server sink({SHIPTRACE_BENCH_COUNTING_SINK, "identity"});
  Session session = start(directory.path(), sink.url());
  add_secrets(session, which.secrets);
  Run run = session.run(run_id);
  capture(session, run.node("warm-up"), warm_up_lines);

  const Nanoseconds cpu = cpu_time_of_process();
  const auto begin = Steady::now();
  capture(session, run.node(node_id), which.lines);
  const double seconds = std::chrono::duration<double>(Steady::now() - begin).count();
  const auto used = static_cast<double>((cpu_time_of_process() - cpu).count());

  if (session.stats().dropped != 0) throw std::runtime_error("events were dropped");
  session.close(std::chrono::seconds(10));
  const Counted counted = counted_by(sink);
  if (counted.body_bytes < (warm_up_lines + which.lines) * line_bytes) {
    throw std::runtime_error("the sink misses lines");
  }
  const auto lines = static_cast<double>(which.lines);
  const Case name = Case().with("reader", "run_process").with("secrets", which.secrets);
  out.add(name, "lines_per_second", "1/s", lines / seconds);
  out.add(name, "cpu_per_line", "µs", used / 1000 / lines);
  out.add(name, "peak_resident", "MiB", static_cast<double>(peak_resident_bytes()) / (1 << 20));
  out.add(name, "lines_per_event", "",
          (lines + warm_up_lines) / static_cast<double>(counted.events));
}

}  // namespace trace::bench
