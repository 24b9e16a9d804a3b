// SPDX-License-Identifier: Apache-2.0
// Which connection is evicted, with a clock set by the test; and the end of a request's head.
#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "client.hpp"
#include "collector/server/connection_registry.hpp"
#include "collector/server/request_head.hpp"
#include "envelopes.hpp"
#include "support/collector.hpp"

using namespace trace::collector::server;
using namespace std::chrono_literals;
using Clock = Pace::Clock;

namespace {

const Clock::time_point start{1h};

class Peer final : public RegisteredConnection {
 public:
  Peer(ConnectionRegistry& all, std::string name, std::vector<std::string>& closed)
      : all_(all), name_(std::move(name)), closed_(closed) {
    all_.add(*this);
  }
  ~Peer() override { all_.remove(*this); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void shut_down() override {}
  const Pace* pace() const override { return is_busy ? nullptr : &clock; }
  std::size_t held_bytes() const override { return held; }
  void evict() override {
    closed_.push_back(name_);
    all_.release(held);
    held = 0;
    all_.remove(*this);
  }

  Pace clock = {};
  std::size_t held = 0;
  bool is_busy = false;

 private:
  ConnectionRegistry& all_;
  std::string name_;
  std::vector<std::string>& closed_;
};

HeadEnd::State state_of(std::string_view bytes) { return find_head_end(bytes, 0).state; }

}  // namespace

TEST_CASE("bytes extend the deadline at 16 KiB/s, without credit") {
  Pace pace;
  pace.begin(start, 10s);
  CHECK(pace.deadline() == start + 10s);
  pace.moved(1, start + 5s);
  CHECK(pace.deadline() < start + 10s + 1ms);
  pace.moved(16 * 1024, start + 5s);
  CHECK(pace.deadline() > start + 11s);
  CHECK(pace.deadline() < start + 11s + 1ms);
  pace.moved(std::size_t{1} << 30, start + 6s);
  CHECK(pace.deadline() == start + 16s);
  CHECK(pace.on_time_until() == start + 6s);
  CHECK(pace.began() == start);
}

TEST_CASE("the slowest client is evicted, never one that waits for the store") {
  std::vector<std::string> closed;
  int left = 0;
  ConnectionRegistry all(1000, [&left] { ++left; });
  Peer busy(all, "busy", closed);
  Peer old(all, "old", closed);
  Peer slow(all, "slow", closed);
  Peer quick(all, "quick", closed);
  busy.clock.begin(start - 1h, 10s);
  busy.is_busy = true;
  old.clock.begin(start, 10s);
  slow.clock.begin(start - 5s, 10s);
  slow.clock.moved(1, start);
  quick.clock.begin(start - 10s, 10s);
  quick.clock.moved(1'000'000, start + 1s);
  CHECK(all.evict_slowest());
  CHECK(all.evict_slowest());
  CHECK(all.evict_slowest());
  CHECK(closed == std::vector<std::string>{"slow", "old", "quick"});
  CHECK_FALSE(all.evict_slowest());
  CHECK(all.count() == 1);
  CHECK(left == 3);
}

TEST_CASE("the longest holder of memory is evicted, unless both began at about the same time") {
  std::vector<std::string> closed;
  ConnectionRegistry all(1000, [] {});
  Peer first(all, "first", closed);
  Peer second(all, "second", closed);
  Peer third(all, "third", closed);
  Peer idle(all, "idle", closed);
  idle.clock.begin(start - 1h, 10s);
  const auto take = [&](Peer& peer, std::size_t bytes) {
    const bool taken = all.reserve(peer, bytes);
    if (taken) peer.held += bytes;
    return taken;
  };
  first.clock.begin(start, 10s);
  second.clock.begin(start + 500ms, 10s);
  third.clock.begin(start + 1400ms, 10s);
  CHECK(take(first, 600));
  CHECK(take(second, 400));
  CHECK_FALSE(take(second, 1));  // the first began only half a second earlier
  CHECK(closed.empty());
  CHECK(take(third, 500));
  CHECK(closed == std::vector<std::string>{"first"});
  CHECK(take(third, 100));
  CHECK_FALSE(take(third, 1));  // the second is still young
  CHECK_FALSE(take(third, 2000));
  second.is_busy = true;
  third.clock.begin(start + 1h, 10s);
  CHECK_FALSE(take(third, 1));  // the store has the second
  CHECK(closed.size() == 1);
}

TEST_CASE("the end of a head is found wherever the bytes are cut") {
  const std::string head = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const std::string bytes = head + "GET";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    const std::string_view some = std::string_view(bytes).substr(0, cut);
    const HeadEnd end = find_head_end(some, 0);
    if (cut < head.size()) {
      CHECK(end.state == HeadEnd::State::incomplete);
      const HeadEnd whole = find_head_end(bytes, cut);
      CHECK(whole.state == HeadEnd::State::complete);
      CHECK(whole.length == head.size());
    } else {
      CHECK(end.length == head.size());
    }
  }
  for (const std::string& text :
       {std::string("\r\n"), std::string("\n"), std::string("GET /\n"), std::string("GET\r/"),
        std::string("GET /\r\r"), std::string("GET\0", 4), std::string("\x7f"),
        std::string("a\x01"), std::string("GET / HTTP/1.1\r\n\n")}) {
    CHECK(state_of(text) == HeadEnd::State::malformed);
  }
  CHECK(state_of("GET\t/") == HeadEnd::State::incomplete);
  CHECK(state_of("") == HeadEnd::State::incomplete);
}

TEST_CASE("a head has one meaning or is refused") {
  const auto status = [](std::string_view lines, std::string_view version = "HTTP/1.1") {
    const std::string head =
        "POST /trace/events " + std::string(version) + "\r\n" + std::string(lines) + "\r\n";
    const auto fault = head_fault(head);
    return fault ? fault->status : 0;
  };
  CHECK(status("Host: a\r\n") == 0);
  CHECK(status("host:a\r\ncontent-length: 5 \r\n") == 0);
  CHECK(status("Host: a\r\nTransfer-Encoding:\t Chunked \r\n") == 0);
  CHECK(status("Host: a\r\nExpect: 100-Continue\r\n") == 0);
  CHECK(status("Host: a\r\nExpect: something\r\n", "HTTP/1.0") == 0);
  CHECK(status("", "HTTP/1.0") == 0);
  CHECK(status("Host: \r\n", "HTTP/1.0") == 400);
  CHECK(status("Host: a\r\nExpect: something\r\n") == 417);
  CHECK(status("Host: a\r\nTransfer-Encoding: gzip\r\n") == 501);
  CHECK(status("Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n") == 400);
  CHECK(status("Host: a\r\n", "HTTP/2.0") == 505);
}

TEST_CASE("beyond the limit of connections the oldest idle one is closed, and streams stay") {
  using namespace trace::testing;
  trace::testing::Collector collector({"--max-connections", "8"});
  Client first(collector.url());
  first.post(line_of("r", events_of("r", 1, 1)));
  StreamClient stream(collector.url(), "/workflows/runs/r/stream");
  stream.next("status");
  std::vector<std::unique_ptr<Client>> others;
  for (int i = 0; i < 20; ++i) {
    others.push_back(std::make_unique<Client>(collector.url()));
    CHECK(others.back()->get("/workflows/runs").status == 200);
  }
  CHECK(first.is_closed_by_peer());
  CHECK(others.back()->get("/workflows/runs").status == 200);
  others.back()->post(line_of("r", events_of("r", 2, 2)));
  stream.next("trace");
}
