// SPDX-License-Identifier: Apache-2.0
// Clients that make the collector hold memory or descriptors, and stop there.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <thread>

#include "attack/requests/crowd.hpp"
#include "attack/requests/hostile_requests.hpp"
#include "attack/requests/process_memory.hpp"
#include "attack/requests/raw_connection.hpp"
#include "attack/requests/trials.hpp"
#include "support/collector.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds bound = 1s;  // for any response to a real client

// The limit for bodies and responses together, and the memory of the rest of a collector.
constexpr std::size_t most_mib = 256 + 64;

milliseconds since(Clock::time_point began) {
  return std::chrono::duration_cast<milliseconds>(Clock::now() - began);
}

void store_line(Trial& trial, const std::string& url, const std::string& line) {
  const HttpAnswer answer =
      http_post(url + "/trace/events", line, {"Content-Type: application/x-ndjson"}, 20s);
  trial.expect_equal(answer.status, 200, "POST: " + answer.body);
}

std::string empty_envelope(const std::string& run_id) {
  return fmt::format(R"({{"runId":"{}","events":[]}})", run_id) + "\n";
}

// Each sends nearly all of a body of 16 MiB. There is room for 16 of them.
void bodies_that_stop(Trial& trial) {
  Collector collector;
  const std::string most(std::size_t{15} << 20, ' ');
  std::deque<RawConnection> clients;
  constexpr int count = 24;
  for (int i = 0; i < count; ++i) {
    clients.emplace_back(collector.url());
    clients.back().send(hostile_post("Content-Length: 16777216\r\n", most));
  }
  // Those that are in the way are older than this one by then.
  std::this_thread::sleep_for(1100ms);
  const auto began = Clock::now();
  store_line(trial, collector.url(),
             empty_envelope("real") + std::string(std::size_t{1} << 20, '\n'));
  const milliseconds time = since(began);
  trial.expect(time <= bound, fmt::format("a body of 1 MiB took {} ms", time.count()));
  const std::size_t peak = memory_of(collector.process().pid(), "VmHWM");
  trial.expect(peak <= most_mib, fmt::format("{} MiB", peak));
  trial.note(fmt::format("{} bodies of 15 MiB", count));
  trial.note(fmt::format("a real one of 1 MiB stored after {} ms", time.count()));
  trial.note(fmt::format("RSS {} MiB at most", peak));
}

// A collector that may have half as much memory as it would take: the kernel refuses the rest.
void out_of_memory(Trial& trial) {
  const TempDir directory;
  Child collector(Command{.argv = {"sh", "-c", "ulimit -v 250000 && exec \"$@\"", "sh",
                                   SHIPTRACE_COLLECTOR_BINARY, "--listen", "127.0.0.1:0", "--db",
                                   directory / "trace.db"}});
  const std::string line = collector.first_line();
  const std::string url = line.substr(line.find("http://"));
  const std::string most(std::size_t{15} << 20, ' ');
  std::deque<RawConnection> clients;
  constexpr int count = 24;
  for (int i = 0; i < count; ++i) {
    clients.emplace_back(url);
    clients.back().send(hostile_post("Content-Length: 16777216\r\n", most));
  }
  trial.expect(collector.wait_for_errors("a connection failed"), "no connection failed");
  const auto began = Clock::now();
  trial.expect_equal(http_get(url + "/workflows/runs").status, 200, "GET");
  trial.note(fmt::format("{} bodies of 15 MiB into 244 MiB", count));
  trial.note(fmt::format("a real GET after {} ms", since(began).count()));
}

// Each asks for a page of nearly 16 MiB and reads none of it.
void unread_responses(Trial& trial) {
  Collector collector;
  const std::string text(64 * 1024, 'x');
  for (int part = 0; part < 2; ++part) {
    std::string line = R"({"runId":"large","events":[)";
    for (int i = 0; i < 120; ++i) {
      line += fmt::format(
          R"({}{{"id":"{}-{}","runId":"large","nodeId":"n","type":"PROGRESS","level":"info",)"
          R"("timestamp":"2025-10-13T12:00:00.000000Z","data":{{"text":"{}"}}}})",
          i == 0 ? "" : ",", part, i, text);
    }
    store_line(trial, collector.url(), line + "]}\n");
  }
  std::deque<RawConnection> clients;
  constexpr int count = 24;
  const auto began = Clock::now();
  for (int i = 0; i < count; ++i) {
    clients.emplace_back(collector.url());
    clients.back().send(
        "GET /workflows/runs/large/trace?limit=10000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  // The store does one after the other: this one comes when all pages have been made.
  trial.expect_equal(collector.get("/workflows/runs").status, 200, "GET after the pages");
  const milliseconds pages = since(began);
  const auto asked = Clock::now();
  trial.expect_equal(collector.get("/workflows/runs").status, 200, "GET");
  const milliseconds time = since(asked);
  trial.expect(time <= bound, fmt::format("a GET took {} ms", time.count()));
  const std::size_t peak = memory_of(collector.process().pid(), "VmHWM");
  trial.expect(peak <= most_mib + 64, fmt::format("{} MiB", peak));
  trial.note(fmt::format("{} pages of 15 MiB made in {} ms", count, pages.count()));
  trial.note(fmt::format("a real GET after {} ms", time.count()));
  trial.note(fmt::format("RSS {} MiB at most", peak));
}

// A collector that may have 40 descriptors.
void out_of_descriptors(Trial& trial) {
  const TempDir directory;
  Child collector(
      Command{.argv = {"sh", "-c", "ulimit -n 40 && exec \"$@\"", "sh", SHIPTRACE_COLLECTOR_BINARY,
                       "--listen", "127.0.0.1:0", "--db", directory / "trace.db"}});
  const std::string line = collector.first_line();
  const std::string url = line.substr(line.find("http://"));
  milliseconds slowest{0};
  {
    const Crowd crowd(url, {.idle = 200});
    trial.expect(crowd.wait_until_all_came(10s), "the crowd cannot connect");
    for (int i = 0; i < 10; ++i) {
      const auto began = Clock::now();
      trial.expect_equal(http_get(url + "/workflows/runs").status, 200, "GET");
      store_line(trial, url, empty_envelope(fmt::format("run-{}", i)));
      slowest = std::max(slowest, since(began));
    }
  }
  trial.expect(slowest <= bound, fmt::format("a GET and a POST took {} ms", slowest.count()));
  trial.note("40 descriptors, 200 idle clients");
  trial.note(fmt::format("slowest GET and POST {} ms", slowest.count()));
}

}  // namespace

std::vector<Fault> held_memory_attacks() {
  return {{"24 bodies that stop before their end", bodies_that_stop},
          {"24 responses of 15 MiB that are not read", unread_responses},
          {"more bodies than memory", out_of_memory},
          {"more clients than descriptors", out_of_descriptors}};
}

}  // namespace trace::testing
