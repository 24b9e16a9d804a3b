// SPDX-License-Identifier: Apache-2.0
#include "delivery/case.hpp"

#include <fmt/format.h>
#include <trace/trace.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include <trace/http.hpp>
#include "delivery/counted.hpp"
#include "record/event.hpp"
#include "support/add_secrets.hpp"
#include "support/server.hpp"
#include "support/taking_transport.hpp"
#include "support/temporary_directory.hpp"
#include "support/usage.hpp"

namespace trace::bench {
namespace {

using Steady = std::chrono::steady_clock;

// Upper bound of a run's metadata in the journal.
constexpr std::uint64_t bytes_of_a_run = 160;

std::unique_ptr<Server> start_backend(const DeliveryCase& which, const std::string& directory) {
  if (which.backend == counting_sink) {
    return std::make_unique<Server>(
        std::vector<std::string>{SHIPTRACE_BENCH_COUNTING_SINK, which.compression});
  }
  if (which.backend == collector) {
    return std::make_unique<Server>(std::vector<std::string>{
        SHIPTRACE_BENCH_COLLECTOR, "--listen", "127.0.0.1:0", "--db", directory + "/trace.db"});
  }
  return nullptr;
}

std::unique_ptr<Transport> transport_to(const Server* backend, const std::string& compression) {
  if (backend == nullptr) return std::make_unique<TakingTransport>();
  http::HttpOptions options;
  options.endpoint = backend->url();
  options.compression =
      compression == "identity" ? http::Compression::none : http::Compression::offered;
  return http::make_http_transport(options);
}

Session start(const std::string& directory, std::uint64_t runs,
              std::unique_ptr<Transport> transport) {
  Config config;
  config.journal_dir = directory;
  // A journal that is used again and again, as in a worker that runs for hours; record() waits
  // when the backend is slower than it.
  config.journal_budget = (std::uint64_t{16} << 20) + runs * bytes_of_a_run;
  config.when_full = WhenFull::block;
  Dependencies dependencies;
  dependencies.transport = std::move(transport);
  auto session = Session::start(std::move(config), std::move(dependencies));
  if (!session) throw std::runtime_error(session.error().text());
  return std::move(*session);
}

std::vector<Run> open_runs(Session& session, std::uint64_t count) {
  std::vector<Run> runs;
  runs.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    runs.push_back(session.run(i == 0 ? std::string(run_id) : fmt::format("{}-{}", run_id, i)));
  }
  return runs;
}

// A node in each of the runs that a thread works for.
std::vector<Node> nodes_of(unsigned thread, std::vector<Run>& runs, unsigned threads) {
  std::vector<Node> nodes;
  nodes.reserve(runs.size() / threads + 1);
  for (std::size_t i = thread % runs.size(); i < runs.size(); i += threads) {
    nodes.push_back(runs[i].node(node_id));
  }
  return nodes;
}

// A connection, and a journal that is as large as it gets.
constexpr std::uint64_t warm_up_events = 200'000;
void warm_up(Session& session, const Node& node) {
  for (std::uint64_t n = 0; n < warm_up_events; ++n) {
    record(node, Type::progress, Level::info, "{} {}", n, text);
  }
  session.flush(std::chrono::minutes(1));
}

// Returns the CPU time of the recording threads.
Nanoseconds record_all(const std::vector<std::vector<Node>>& nodes, std::uint64_t events) {
  std::atomic<std::int64_t> recording{0};
  std::vector<std::jthread> threads;
  for (const std::vector<Node>& own : nodes) {
    threads.emplace_back([&] {
      const std::uint64_t of_each_run = events / nodes.size() / own.size();
      const Nanoseconds begin = cpu_time_of_thread();
      for (const Node& node : own) {
        for (std::uint64_t n = 0; n < of_each_run; ++n) {
          record(node, Type::progress, Level::info, "{} {}", n, text);
        }
      }
      recording += (cpu_time_of_thread() - begin).count();
    });
  }
  threads.clear();
  return Nanoseconds(recording.load());
}

}  // namespace

void measure_delivery(const DeliveryCase& which, const Report& out) {
  const TemporaryDirectory directory(std::filesystem::temp_directory_path());
  const auto backend = start_backend(which, directory.path());
  Session session =
      start(directory.path(), which.runs, transport_to(backend.get(), which.compression));
  add_secrets(session, which.secrets);
  std::vector<Run> runs = open_runs(session, which.runs);
  std::vector<std::vector<Node>> nodes;
  for (unsigned i = 0; i < which.threads; ++i) {
    nodes.push_back(nodes_of(i, runs, which.threads));
  }
  warm_up(session, runs.front().node("warm-up"));

  const std::uint64_t allocated = allocations();
  const Nanoseconds cpu = cpu_time_of_process();
  const auto begin = Steady::now();
  const Nanoseconds recording = record_all(nodes, which.events);
  session.flush(std::chrono::minutes(10));
  const double seconds = std::chrono::duration<double>(Steady::now() - begin).count();
  const auto used = static_cast<double>((cpu_time_of_process() - cpu).count());
  const auto events = static_cast<double>(which.events);
  if (session.stats().acknowledged != warm_up_events + which.events) {
    throw std::runtime_error("not every event was acknowledged");
  }

  const Case name = Case()
                        .with("backend", which.backend)
                        .with("compression", which.compression)
                        .with("events", which.events)
                        .with("threads", which.threads)
                        .with("runs", which.runs)
                        .with("secrets", which.secrets);
  out.add(name, "events_per_second", "1/s", events / seconds);
  out.add(name, "cpu_per_event", "µs", used / 1000 / events);
  out.add(name, "cpu_per_event_recording", "µs",
          static_cast<double>(recording.count()) / 1000 / events);
  out.add(name, "allocations_per_event", "",
          static_cast<double>(allocations() - allocated) / events);
  out.add(name, "peak_resident", "MiB", static_cast<double>(peak_resident_bytes()) / (1 << 20));
  if (which.backend == counting_sink) {
    session.close(std::chrono::seconds(10));
    const Counted counted = counted_by(*backend);
    const std::uint64_t all = warm_up_events + which.events;
    if (counted.events != all) throw std::runtime_error("the sink misses events");
    out.add(name, "bytes_per_event", "B",
            static_cast<double>(counted.body_bytes) / static_cast<double>(all));
    out.add(name, "events_per_request", "",
            static_cast<double>(all) / static_cast<double>(counted.requests));
  }
}

}  // namespace trace::bench
