// SPDX-License-Identifier: Apache-2.0
// The table of endpoints: paths, methods, parameters.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <string>
#include <string_view>

#include "client.hpp"
#include "collector/api/routes.hpp"
#include "envelopes.hpp"
#include "support/collector.hpp"

using namespace trace::collector::api;

TEST_CASE("a target is split into endpoint, run and parameters") {
  const Route route =
      find_route("GET", "/workflows/runs/a%2fb/trace?limit=5&x&cursor=MQ%3D%3D&limit=6&y=");
  REQUIRE(route.endpoint != nullptr);
  CHECK(route.endpoint->path == "/workflows/runs/{id}/trace");
  CHECK(route.request.run_id == "a/b");
  CHECK(route.request.parameter("limit") == "5");
  CHECK(route.request.parameter("cursor") == "MQ==");
  CHECK_FALSE(route.request.parameter("y"));
  CHECK_FALSE(route.request.parameter("z"));
  CHECK(find_route("POST", "/trace/events?x=1").endpoint->path == "/trace/events");
}

TEST_CASE("every endpoint is found by its method and refuses all others by name") {
  for (const Endpoint& endpoint : endpoints()) {
    const std::string_view path = endpoint.path;
    const auto place = path.find("{id}");
    const std::string target =
        place == std::string_view::npos
            ? std::string(path)
            : fmt::format("{}r{}", path.substr(0, place), path.substr(place + 4));
    INFO("target: " << target);
    CHECK(find_route(endpoint.method, target).endpoint == &endpoint);
    CHECK(endpoint.is_feed() == target.ends_with("/stream"));
    for (const char* method : {"GET", "POST", "HEAD", "PUT", "OPTIONS", "get", ""}) {
      INFO("method: " << std::string(method));
      const bool is_head = std::string(method) == "HEAD" && endpoint.method == "GET";
      const bool is_known = method == endpoint.method || (is_head && !endpoint.is_feed());
      const Route route = find_route(method, target);
      CHECK((route.endpoint != nullptr) == is_known);
      const std::string allow = endpoint.method != "GET" ? std::string(endpoint.method)
                                : endpoint.is_feed()     ? "GET"
                                                         : "GET, HEAD";
      CHECK(route.allow == allow);
    }
  }
}

TEST_CASE("unknown and malformed targets have no endpoint and allow no method") {
  for (const char* target :
       {"", "/", "/trace", "/trace/events/", "/workflows/runs/", "/workflows/runsx",
        "/workflows/runs/r/", "/workflows/runs//trace", "/workflows/runs/%zz/trace",
        "/workflows/runs/r/trace/x", "/workflows/runs/{id}/trac", "/workflows/runs?x=%2",
        "workflows/runs"}) {
    INFO("target: " << std::string(target));
    const Route route = find_route("GET", target);
    CHECK(route.endpoint == nullptr);
    CHECK(route.allow.empty());
  }
}

TEST_CASE("HEAD returns the head of GET, and a feed has none") {
  using namespace trace::testing;
  Collector collector;
  Client client(collector.url());
  client.post(line_of("r", events_of("r", 1, 3)));
  for (const char* target :
       {"/workflows/runs", "/workflows/runs/r/trace", "/workflows/runs/x/gaps"}) {
    INFO("target: " << std::string(target));
    const Reply get = client.get(target);
    const Reply head = client.send({.method = "HEAD", .target = target});
    CHECK(head.status == get.status);
    CHECK(head.headers == get.headers);
    CHECK(head.body.empty());
    CHECK(head.keep_alive);
  }
  const Reply stream = client.send({.method = "HEAD", .target = "/workflows/runs/r/stream"});
  CHECK(stream.status == 405);
  CHECK(stream.headers.at("allow") == "GET");
}
