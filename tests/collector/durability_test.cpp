// SPDX-License-Identifier: Apache-2.0
// Acknowledged events survive SIGKILL of the collector: once, in order, without a gap.
#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "client.hpp"
#include "collector/store/sqlite/database.hpp"
#include "envelopes.hpp"
#include "support/collector.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

constexpr std::uint64_t line_events = 50;

// Posts one lane's events, line by line, until the collector dies; reports how many it has
// acknowledged. Goes on after `from`.
class Poster {
 public:
  Poster(std::string url, unsigned lane, std::uint64_t from)
      : acknowledged_(from), thread_([this, url = std::move(url), lane] { post(url, lane); }) {}
  ~Poster() { join(); }

  std::uint64_t acknowledged() const { return acknowledged_; }
  void join() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }

 private:
  void post(const std::string& url, unsigned lane) {
    try {
      Client client(url);
      while (!stop_) {
        const std::uint64_t from = acknowledged_;
        const Reply reply = client.post(
            line_of("r", events_of("r", from + 1, from + line_events, session_a, lane)));
        if (reply.status != 200) return;
        acknowledged_ = from + line_events;
      }
    } catch (const std::exception&) {
      // The collector is dead: requests without a response are not acknowledged.
    }
  }

  std::atomic<std::uint64_t> acknowledged_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

// The messages of all stored events, "<lane>/<sequence>"; checks the run-wide sequence.
std::vector<std::string> stored(Client& client) {
  std::vector<std::string> messages;
  std::string cursor;
  for (;;) {
    const auto page = client.get("/workflows/runs/r/trace?limit=10000&cursor=" + cursor).json();
    if (page.at("events").as_array().empty()) return messages;
    bool in_order = true;
    for (const auto& event : page.at("events").as_array()) {
      messages.emplace_back(event.at("message").as_string());
      in_order = in_order && event.at("id").as_string() == std::to_string(messages.size());
    }
    CHECK(in_order);
    cursor = page.at("cursor").as_string();
  }
}

}  // namespace

TEST_CASE("a killed collector keeps every acknowledged event, once") {
  Collector collector;
  std::array<std::uint64_t, 2> acknowledged{};
  for (int round = 0; round < 5; ++round) {
    std::array<Poster, 2> posters{Poster(collector.url(), 0, acknowledged[0]),
                                  Poster(collector.url(), 1, acknowledged[1])};
    // In the middle of it: each round at another place.
    const std::uint64_t enough =
        acknowledged[0] + line_events * static_cast<std::uint64_t>(3 + 5 * round);
    while (posters[0].acknowledged() < enough) std::this_thread::yield();
    collector.kill();
    for (unsigned lane = 0; lane < 2; ++lane) {
      posters[lane].join();
      acknowledged[lane] = posters[lane].acknowledged();
    }
    collector.start();

    Client client(collector.url());
    const auto messages = stored(client);
    const std::set<std::string> distinct(messages.begin(), messages.end());
    CHECK(distinct.size() == messages.size());
    std::size_t missing = 0;
    for (unsigned lane = 0; lane < 2; ++lane) {
      for (std::uint64_t n = 1; n <= acknowledged[lane]; ++n) {
        missing += 1 - distinct.count(std::to_string(lane) + "/" + std::to_string(n));
      }
    }
    CHECK(missing == 0);

    // A line is stored whole or not at all, and what is resent is known.
    CHECK(messages.size() % line_events == 0);
    const auto again =
        client.post(line_of("r", events_of("r", 1, acknowledged[0], session_a, 0))).json();
    CHECK(again.at("runs").at(0).at("duplicates") == acknowledged[0]);
    CHECK(again.at("runs").at(0).at("accepted") == 0);
    const auto status = client.get("/workflows/runs").json();
    CHECK(status.at("runs").at(0).at("events") == messages.size());
  }
}

TEST_CASE("while the database is locked nothing is acknowledged and everything can be read") {
  Collector collector;
  Client client(collector.url());
  client.post(line_of("r", events_of("r", 1, 5)));
  trace::collector::store::sqlite::Database outsider(collector.database());
  outsider.run("BEGIN IMMEDIATE");
  const Reply locked = client.post(line_of("r", events_of("r", 6, 10)));
  CHECK(locked.status == 503);
  CHECK(locked.headers.at("retry-after") == "1");
  CHECK(locked.keep_alive);
  CHECK(stored(client).size() == 5);
  outsider.run("ROLLBACK");
  CHECK(client.post(line_of("r", events_of("r", 6, 10))).status == 200);
  CHECK(stored(client).size() == 10);
}

TEST_CASE("a collector that is asked to end finishes the request that it is reading") {
  Collector collector;
  Client idle(collector.url());
  CHECK(idle.get("/workflows/runs").status == 200);
  Client busy(collector.url());
  const std::string line = line_of("r", events_of("r", 1, 100));
  // The first request proves that the connection is being served when the signal comes.
  CHECK(busy.get("/workflows/runs").status == 200);
  busy.write(
      "POST /trace/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
      "application/x-ndjson\r\nExpect: 100-continue\r\nContent-Length: " +
      std::to_string(line.size()) + "\r\n\r\n");
  CHECK(busy.read_reply().status == 100);
  busy.write(line.substr(0, line.size() / 2));

  collector.process().signal(SIGTERM);
  CHECK(idle.is_closed_by_peer());  // so the signal has been heard
  busy.write(line.substr(line.size() / 2));
  const Reply reply = busy.read_reply();
  CHECK(reply.status == 200);
  CHECK_FALSE(reply.keep_alive);
  CHECK(busy.is_closed_by_peer());
  CHECK(collector.process().wait() == ExitStatus{0, 0});

  collector.start();
  Client client(collector.url());
  CHECK(stored(client).size() == 100);
}

TEST_CASE("streams and idle clients do not hold the end up") {
  Collector collector;
  Client client(collector.url());
  client.post(line_of("r", events_of("r", 1, 1)));
  StreamClient viewer(collector.url(), "/workflows/runs/r/stream");
  viewer.next("status");
  const auto before = std::chrono::steady_clock::now();
  CHECK(collector.stop() == ExitStatus{0, 0});
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(4));
  CHECK_FALSE(viewer.next());
}
