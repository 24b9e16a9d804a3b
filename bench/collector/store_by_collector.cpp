// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <stdexcept>
#include <thread>
#include <vector>

#include "collector/load.hpp"
#include "collector/store/sqlite/database.hpp"
#include "delivery/json_writer.hpp"
#include "support/requests.hpp"
#include "support/server.hpp"

namespace trace::bench {
namespace {

using Steady = std::chrono::steady_clock;

void post_all(const std::string& url, const std::string& run, std::uint64_t events,
              std::uint64_t batch) {
  Requests requests(url);
  JsonWriter writer(run);
  std::string body = fmt::format(R"({{"runId":"{}","events":[)", run);
  const std::size_t start = body.size();
  body.resize(start + batch * JsonWriter::longest_event);
  char* at = body.data() + start;
  for (std::uint64_t n = 0; n < events; ++n) {
    at = writer.write(at, n + 1, n, static_cast<std::uint32_t>(n % 1'000'000));
    if ((n + 1) % batch != 0 && n + 1 < events) continue;
    constexpr std::string_view end = "]}\n";
    std::memcpy(at - 1, end.data(), end.size());  // instead of the last comma
    requests.post({body.data(), static_cast<std::size_t>(at - body.data()) - 1 + end.size()});
    at = body.data() + start;
  }
}

void post_by_all_connections(const Load& load, const std::string& url) {
  std::vector<std::exception_ptr> failures(load.connections);
  std::vector<std::jthread> connections;
  for (unsigned i = 0; i < load.connections; ++i) {
    connections.emplace_back([&, i] {
      try {
        post_all(url, fmt::format("{}-{}", run_id, i), load.events / load.connections, load.batch);
      } catch (...) {
        failures[i] = std::current_exception();
      }
    });
  }
  connections.clear();
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace

Stored store_by_collector(const Load& load, const std::string& database) {
  Server server({SHIPTRACE_BENCH_COLLECTOR, "--listen", "127.0.0.1:0", "--db", database});
  const Nanoseconds cpu = server.cpu_time();
  const auto begin = Steady::now();
  post_by_all_connections(load, server.url());
  const Stored stored{server.cpu_time() - cpu,
                      std::chrono::duration<double>(Steady::now() - begin).count()};
  collector::store::sqlite::Database written(database);
  const auto rows = static_cast<std::uint64_t>(written.integer("SELECT count(*) FROM events"));
  if (rows != load.events) throw std::runtime_error("the collector did not store every event");
  return stored;
}

}  // namespace trace::bench
