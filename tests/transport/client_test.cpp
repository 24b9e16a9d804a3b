// SPDX-License-Identifier: Apache-2.0
// The tools' client: pages, commands, and streams without an end.
#include <trace/http_client.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <future>
#include <latch>

#include "support/temp_dir.hpp"
#include "transport/sending.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;

TEST_CASE("any complete response is returned, over one connection") {
  const ScriptedServer server(
      {answer_text(200, "{}", "Content-Type: application/json\r\n"), answer_text(404, "no run")});
  auto options = options_for(server.url());
  options.token = "t0ken";
  http::HttpClient client(options);
  const auto first = client.get("/workflows/runs/r1/trace?cursor=MQ%3D%3D");
  REQUIRE(first);
  CHECK(first->status == 200);
  CHECK(first->body == "{}");
  CHECK(first->content_type == "application/json");
  const auto second = client.get("/workflows/runs/r2/status");
  REQUIRE(second);
  CHECK(second->status == 404);
  CHECK(second->body == "no run");
  const auto requests = server.requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].method == "GET");
  CHECK(requests[0].target == "/workflows/runs/r1/trace?cursor=MQ%3D%3D");
  CHECK(requests[0].headers.at("authorization") == "Bearer t0ken");
  CHECK(server.accepted() == 1);
}

TEST_CASE("a command is posted without a body, as often as wanted") {
  const ScriptedServer server(
      {answer_text(200, "{}"), answer_text(409, "over"), answer_text(200, "x")});
  http::HttpClient client(options_for(server.url()));
  const auto first = client.post("/workflows/runs/r1/cancel");
  REQUIRE(first);
  CHECK(first->status == 200);
  const auto second = client.post("/workflows/runs/r1/cancel");
  REQUIRE(second);
  CHECK(second->status == 409);
  CHECK(second->body == "over");
  REQUIRE(client.get("/x"));
  const auto requests = server.requests();
  REQUIRE(requests.size() == 3);
  CHECK(requests[0].method == "POST");
  CHECK(requests[0].target == "/workflows/runs/r1/cancel");
  CHECK(requests[0].body.empty());
  CHECK(requests[0].headers.at("content-length") == "0");
  CHECK(requests[0].headers.at("content-type") == "application/json");  // not that of a form
  CHECK(requests[2].method == "GET");
}

TEST_CASE("an invalid response is an error that names the URL, not the password") {
  http::HttpClient client(options_for("http://user:pa55word@127.0.0.1:1"));
  const auto response = client.get("/workflows/runs");
  REQUIRE_FALSE(response);
  CHECK(response.error().text().find("http://127.0.0.1:1/workflows/runs") != std::string::npos);
  CHECK(response.error().text().find("pa55word") == std::string::npos);
  CHECK_FALSE(http::HttpClient(options_for("nonsense")).get("/x"));
}

TEST_CASE("a page that was cut off is an error") {
  const ScriptedServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  });
  CHECK_FALSE(http::HttpClient(options_for(server.url())).get("/x"));
}

TEST_CASE("a rotated token is read again") {
  const TempDir directory;
  auto write = [&](std::string_view text) { std::ofstream(directory / "token") << text; };
  write("old");
  const ScriptedServer server({answer_text(200, "a"), answer_text(401, ""), answer_text(200, "b")});
  auto options = options_for(server.url());
  options.token_file = directory / "token";
  http::HttpClient client(options);
  CHECK(client.get("/x")->body == "a");
  write("new");
  CHECK(client.get("/x")->body == "b");
  CHECK(server.requests().at(2).headers.at("authorization") == "Bearer new");
}

TEST_CASE("a stream's bytes are passed on as they arrive") {
  std::latch first_seen(1);
  const ScriptedServer server([&](Peer& peer) {
    const auto request = peer.read_request();
    if (!request || request->headers.at("last-event-id") != "MQ==") return;
    peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nevent: ready\n\n");
    first_seen.wait();  // the client has it before the next byte is sent
    peer.send("event: complete\n\n");
  });
  http::HttpClient client(options_for(server.url()));
  std::string all;
  const auto response = client.stream(
      "/workflows/runs/r1/stream",
      [&](std::string_view bytes) {
        if (all.empty()) first_seen.count_down();
        all += bytes;
        return true;
      },
      "MQ==");
  REQUIRE(response);
  CHECK(response->status == 200);
  CHECK(response->content_type == "text/event-stream");
  CHECK(response->body.empty());
  CHECK(all == "event: ready\n\nevent: complete\n\n");
}

TEST_CASE("a stream ends when the reader has had enough") {
  const ScriptedServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    while (peer.send("data: x\n\n")) continue;
  });
  http::HttpClient client(options_for(server.url()));
  int chunks = 0;
  const auto response = client.stream("/s", [&](std::string_view) { return ++chunks < 3; });
  REQUIRE(response);
  CHECK(response->status == 200);
  CHECK(chunks == 3);
}

TEST_CASE("the body of a refusal is not passed on as a stream") {
  const ScriptedServer server({answer_text(404, "no such run")});
  http::HttpClient client(options_for(server.url()));
  bool called = false;
  const auto response = client.stream("/s", [&](std::string_view) { return called = true; });
  REQUIRE(response);
  CHECK(response->status == 404);
  CHECK(response->body == "no such run");
  CHECK_FALSE(called);
}

TEST_CASE("a silent stream can be interrupted, or ends as dead") {
  const ScriptedServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n\r\n: keepalive\n");
    peer.wait_for_close();
  });
  http::HttpClient client(options_for(server.url()));
  std::latch streaming(1);
  auto response = std::async(std::launch::async, [&] {
    return client.stream("/s", [&](std::string_view) {
      streaming.count_down();
      return true;
    });
  });
  streaming.wait();
  client.interrupt();
  const auto interrupted = response.get();
  REQUIRE(interrupted);
  CHECK(interrupted->status == 200);

  const auto dead = client.stream(
      "/s", [](std::string_view) { return true; }, {}, 1s);
  CHECK_FALSE(dead);
}
