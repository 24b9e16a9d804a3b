// SPDX-License-Identifier: Apache-2.0
// The live stream: what a viewer sees, when, and where it goes on after a break.
#include <doctest/doctest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>
#include <vector>

#include "client.hpp"
#include "envelopes.hpp"
#include "support/collector.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;

namespace {

const std::string stream = "/workflows/runs/r/stream";

// Sends the request for a stream on a connection of its own, and reads the status when asked to.
class StreamRequest {
 public:
  StreamRequest(boost::asio::io_context& io, const std::string& url) : socket_(io) {
    const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
    boost::asio::write(socket_, boost::asio::buffer("GET " + stream + " HTTP/1.1\r\nHost: " +
                                                    url.substr(url.find("//") + 2) + "\r\n\r\n"));
  }
  int status() {
    std::string head;
    boost::asio::read_until(socket_, boost::asio::dynamic_buffer(head), "\r\n\r\n");
    return std::stoi(head.substr(head.find(' ') + 1));
  }

 private:
  boost::asio::ip::tcp::socket socket_;
};

std::string first_id(const StreamEvent& event) {
  return std::string(event.json().at("events").at(0).at("id").as_string());
}

}  // namespace

TEST_CASE(
    "no more than half of the connections are streams, also when they are asked for at once") {
  Collector collector({"--max-connections", "32"});
  Client client(collector.url());
  client.post(line_of("r", {event_of("r", "a", "n", Type::started)}));
  boost::asio::io_context io;
  std::vector<std::unique_ptr<StreamRequest>> viewers;
  for (int i = 0; i < 24; ++i) {
    viewers.push_back(std::make_unique<StreamRequest>(io, collector.url()));
  }
  int streams = 0;
  for (const auto& viewer : viewers) {
    const int status = viewer->status();
    CHECK((status == 200 || status == 503));
    streams += status == 200;
  }
  CHECK(streams == 16);
}

TEST_CASE("a stream sends what is stored, then what comes, then the end") {
  Collector collector;
  Client client(collector.url());
  client.post(line_of("r", {event_of("r", "a", "n", Type::started)}));

  StreamClient viewer(collector.url(), stream);
  CHECK(viewer.head().find("HTTP/1.1 200") == 0);
  CHECK(viewer.head().find("Content-Type: text/event-stream") != std::string::npos);
  CHECK(viewer.head().find("Cache-Control: no-cache") != std::string::npos);

  const auto ready = viewer.next();
  REQUIRE(ready);
  CHECK(ready->name == "ready");
  CHECK(ready->json().at("runId") == "r");
  CHECK(ready->json().as_object().contains("mode"));
  const auto stored = viewer.next();
  REQUIRE(stored);
  CHECK(stored->name == "trace");
  CHECK(stored->id == "MQ==");
  CHECK(stored->json().at("cursor") == "MQ==");
  CHECK(parse_envelope(stored->data).ok());
  const auto status = viewer.next();
  REQUIRE(status);
  CHECK(status->name == "status");
  CHECK(status->json().at("status") == "RUNNING");

  // Nothing polls: the event arrives within a fraction of any sensible interval.
  const auto before = std::chrono::steady_clock::now();
  client.post(line_of("r", {event_of("r", "b", "n")}));
  const auto live = viewer.next();
  const auto waited = std::chrono::steady_clock::now() - before;
  REQUIRE(live);
  CHECK(live->name == "trace");
  CHECK(first_id(*live) == "2");
  CHECK(waited < 1s);

  client.post(line_of(last_of_run(event_of("r", "c", "n", Type::completed))));
  CHECK(first_id(viewer.next("trace")) == "3");
  CHECK(viewer.next("status").json().at("status") == "COMPLETED");
  const StreamEvent complete = viewer.next("complete");
  CHECK(complete.json().at("runId") == "r");
  CHECK(complete.json().at("status") == "COMPLETED");
  CHECK_FALSE(viewer.next());
  CHECK(viewer.raw().find('\r') == std::string::npos);
}

TEST_CASE("a status is sent when it has changed, not with each event") {
  Collector collector;
  Client client(collector.url());
  client.post(line_of("r", {event_of("r", "a", "n", Type::started)}));
  StreamClient viewer(collector.url(), stream);
  viewer.next("status");
  for (int i = 0; i < 5; ++i) {
    client.post(line_of("r", {event_of("r", "p" + std::to_string(i), "n")}));
    CHECK(viewer.next()->name == "trace");
  }
  StreamEnvelope total;
  total.run_id = "r";
  total.total_actions = 4;
  client.post(line_of(total));
  const auto changed = viewer.next();
  REQUIRE(changed);
  CHECK(changed->name == "status");
  CHECK(changed->json().at("progress").at("totalActions") == 4);
}

TEST_CASE("a stream goes on after the last event that its viewer has seen") {
  Collector collector;
  Client client(collector.url());
  client.post(line_of("r", events_of("r", 1, 10)));
  std::string seen;
  {
    StreamClient viewer(collector.url(), stream);
    seen = viewer.next("trace").id;
  }
  client.post(line_of("r", events_of("r", 11, 12)));
  {
    // The browser repeats its first address: what it has seen since counts more.
    StreamClient viewer(collector.url(), stream + "?cursor=MQ==", {{"Last-Event-ID", seen}});
    CHECK(first_id(viewer.next("trace")) == "11");
  }
  {
    StreamClient viewer(collector.url(), stream + "?cursor=" + seen);
    CHECK(first_id(viewer.next("trace")) == "11");
    client.post(line_of("r", events_of("r", 13, 13)));
    CHECK(first_id(viewer.next("trace")) == "13");
  }
  StreamClient refused(collector.url(), stream, {{"Last-Event-ID", "garbage"}});
  CHECK(refused.head().find("HTTP/1.1 400") == 0);
}

TEST_CASE("a long run arrives in pieces, complete and in order") {
  Collector collector;
  Client client(collector.url());
  constexpr std::uint64_t count = 25'000;
  for (std::uint64_t n = 1; n <= count; n += 5000) {
    client.post(line_of("r", events_of("r", n, n + 4999)));
  }
  client.post(line_of(last_of_run(event_of("r", "end", "n", Type::completed))));
  StreamClient viewer(collector.url(), stream);
  std::uint64_t expected = 1;
  bool in_order = true;
  while (auto event = viewer.next()) {
    if (event->name != "trace") continue;
    const auto json = event->json();
    for (const auto& one : json.at("events").as_array()) {
      in_order = in_order && one.at("id").as_string() == std::to_string(expected++);
    }
  }
  CHECK(in_order);
  CHECK(expected == count + 2);
  CHECK(viewer.raw().find("event: complete\n") != std::string::npos);
}

TEST_CASE("viewers that come, go and stay do not disturb each other") {
  Collector collector;
  Client client(collector.url());
  client.post(line_of("r", events_of("r", 1, 1)) + line_of("other", events_of("other", 1, 1)));
  StreamClient one(collector.url(), stream);
  StreamClient two(collector.url(), stream);
  StreamClient other(collector.url(), "/workflows/runs/other/stream");
  for (int i = 0; i < 50; ++i) StreamClient gone(collector.url(), stream);
  one.next("trace");
  two.next("trace");
  other.next("status");
  client.post(line_of("r", events_of("r", 2, 2)));
  CHECK(first_id(one.next("trace")) == "2");
  CHECK(first_id(two.next("trace")) == "2");
  client.post(line_of("other", events_of("other", 2, 2)));
  const auto next = other.next();
  REQUIRE(next);
  CHECK(next->json().at("runId") == "other");
}

TEST_CASE("silence is filled with comments") {
  Collector collector({"--keepalive", "1"});
  Client client(collector.url());
  client.post(line_of("r", events_of("r", 1, 1)));
  StreamClient viewer(collector.url(), stream);
  viewer.next("status");
  const auto first = viewer.next();
  const auto second = viewer.next();
  REQUIRE(second);
  CHECK(first->name == "comment");
  CHECK(second->data == " keepalive");
  client.post(line_of("r", events_of("r", 2, 2)));
  CHECK(first_id(viewer.next("trace")) == "2");
}
