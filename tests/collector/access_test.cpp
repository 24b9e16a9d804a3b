// SPDX-License-Identifier: Apache-2.0
// Whose requests are accepted: host names of the collector, web pages, and what they may read.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <fstream>
#include <map>
#include <string>
#include <utility>

#include "client.hpp"
#include "collector/server/access_rules.hpp"
#include "envelopes.hpp"
#include "support/collector.hpp"

using namespace trace::collector::server;
using trace::testing::Client;
using trace::testing::events_of;
using trace::testing::line_of;
using trace::testing::Reply;
using trace::testing::StreamClient;
using trace::testing::TempDir;
using HttpHeaders = std::map<std::string, std::string>;
using RunningCollector = trace::testing::Collector;

namespace {

constexpr std::uint16_t port = 8400;

bool is_ours(const OwnHosts& hosts, std::string_view text, std::string_view local = "127.0.0.1") {
  const auto authority = parse_authority(text);
  return authority && hosts.contain(*authority, local);
}

std::string authority_of(const RunningCollector& collector) {
  return collector.url().substr(std::string("http://").size());
}

unsigned get_status(const RunningCollector& collector, const HttpHeaders& headers) {
  Client client(collector.url());
  return client.send({.target = "/workflows/runs", .headers = headers}).status;
}

}  // namespace

TEST_CASE("hosts and ports are canonical") {
  for (const auto& [text, canonical] :
       std::map<std::string, std::string>{{"LocalHost", "localhost"},
                                          {"localhost.", "localhost"},
                                          {"localhost.:8400", "localhost:8400"},
                                          {"127.0.0.1:8400", "127.0.0.1:8400"},
                                          {"[::1]", "[::1]"},
                                          {"[0:0:0:0:0:0:0:1]:80", "[::1]:80"},
                                          {"[::FFFF:127.0.0.1]:80", "127.0.0.1:80"},
                                          {"a-b_c.example", "a-b_c.example"}}) {
    INFO("text: " << text);
    const auto authority = parse_authority(text);
    REQUIRE(authority);
    CHECK(text_of(*authority) == canonical);
  }
  for (const char* text :
       {"",        ".",           ":80",         "a:",  "a:x",   "a:65536", "a:-1", "a:+1",
        "a:80:80", "a b",         "a/b",         "a@b", "[",     "[]",      "[::1", "[::1]x",
        "[::1]:",  "[127.0.0.1]", "[localhost]", "::1", "a%2eb", "\xc3\xb6"}) {
    INFO("text: " << std::string(text));
    CHECK_FALSE(parse_authority(text));
  }
}

TEST_CASE("loopback, the listen address, where a connection arrived and allowed hosts are ours") {
  const OwnHosts loopback{{"127.0.0.1", port}, {}};
  for (const char* text : {"localhost:8400", "LOCALHOST.:8400", "127.0.0.1:8400", "127.1.2.3:8400",
                           "[::1]:8400", "localhost", "[::ffff:127.0.0.1]:8400"}) {
    INFO("text: " << std::string(text));
    CHECK(is_ours(loopback, text));
  }
  for (const char* text :
       {"localhost:8401", "evil.example:8400", "evil.example", "10.0.0.1:8400",
        "localhost.evil.example", "127.0.0.1.evil.example", "127.1", "0.0.0.0"}) {
    INFO("text: " << std::string(text));
    CHECK_FALSE(is_ours(loopback, text));
  }
  const OwnHosts everywhere{{"0.0.0.0", port}, {{"traces.local", {}}, {"proxy", 80}}};
  CHECK(is_ours(everywhere, "0.0.0.0:8400"));
  CHECK(is_ours(everywhere, "192.168.1.5:8400", "192.168.1.5"));
  CHECK_FALSE(is_ours(everywhere, "192.168.1.5:8400", "192.168.1.6"));
  CHECK(is_ours(everywhere, "traces.local"));
  CHECK(is_ours(everywhere, "Traces.Local.:1234"));
  CHECK(is_ours(everywhere, "proxy:80"));
  CHECK_FALSE(is_ours(everywhere, "proxy"));
  CHECK_FALSE(is_ours(everywhere, "proxy:8400"));
}

TEST_CASE("origins are canonical, and anything else is refused") {
  CHECK(canonical_origin("http://LOCALHOST:5173") == "http://localhost:5173");
  CHECK(canonical_origin("HTTP://localhost:80") == "http://localhost");
  CHECK(canonical_origin("https://localhost:443") == "https://localhost");
  CHECK(canonical_origin("https://localhost:80") == "https://localhost:80");
  for (const char* text : {"", "null", "*", "localhost", "http://", "http://a/", "http://a/b",
                           "http://a b", "ws://a", "file://", "http://a http://b", "http://u@a"}) {
    INFO("text: " << std::string(text));
    CHECK_FALSE(canonical_origin(text));
  }
}

TEST_CASE("a request is for us when its Host says so") {
  RunningCollector collector({"--allow-host", "traces.local", "--allow-host", "proxy:80"});
  const std::string local_port = authority_of(collector).substr(authority_of(collector).rfind(':'));
  for (const std::string& host :
       {"127.0.0.1" + local_port, "localhost" + local_port, "[::1]" + local_port,
        std::string("localhost"), std::string("traces.local:9"), std::string("proxy:80")}) {
    INFO("host: " << host);
    CHECK(get_status(collector, {{"Host", host}}) == 200);
  }
  Client client(collector.url());
  const Reply reply =
      client.send({.target = "/workflows/runs", .headers = {{"Host", "evil.example"}}});
  CHECK(reply.status == 421);
  CHECK(reply.json().at("error").at("field") == "Host");
  CHECK(reply.json().at("error").at("message").as_string().find("--allow-host evil.example") !=
        std::string::npos);
  CHECK(client.send({.target = "http://traces.local/workflows/runs"}).status == 200);
  CHECK(client.send({.target = "http://evil.example/workflows/runs"}).status == 421);
}

TEST_CASE("HTTP/1.0 needs no Host, HTTP/1.1 does") {
  RunningCollector collector;
  Client old(collector.url());
  old.write("GET /workflows/runs HTTP/1.0\r\n\r\n");
  CHECK(old.read_reply().status == 200);
  Client client(collector.url());
  client.write("GET /workflows/runs HTTP/1.1\r\n\r\n");
  CHECK(client.read_reply().status == 400);
  CHECK(client.is_closed_by_peer());
}

TEST_CASE("the collector's own pages and programs may, pages of others may not") {
  RunningCollector collector;
  const std::string own = collector.url();
  const std::string host = authority_of(collector);
  CHECK(get_status(collector, {{"Host", host}, {"Origin", own}}) == 200);
  CHECK(get_status(collector,
                   {{"Host", host}, {"Origin", own}, {"Sec-Fetch-Site", "same-origin"}}) == 200);
  CHECK(get_status(collector, {{"Sec-Fetch-Site", "none"}}) == 200);
  // A link to the collector on another page.
  CHECK(get_status(collector, {{"Sec-Fetch-Site", "cross-site"},
                               {"Sec-Fetch-Mode", "navigate"},
                               {"Sec-Fetch-Dest", "document"}}) == 200);
  CHECK(get_status(collector, {{"Sec-Fetch-Site", "cross-site"}}) == 403);
  CHECK(get_status(collector, {{"Sec-Fetch-Site", "same-site"}}) == 403);
  for (const std::string& origin : {std::string("http://evil.example"), std::string("null"),
                                    "https://" + host, std::string("http://localhost")}) {
    INFO("origin: " << origin);
    CHECK(get_status(collector, {{"Host", host}, {"Origin", origin}}) == 403);
  }
}

TEST_CASE("an allowed origin may ask, store, read and watch, and others still may not") {
  TempDir directory;
  std::ofstream(directory / "token") << "t\n";
  RunningCollector collector({"--allow-origin", "http://localhost:5173", "--allow-origin",
                              "https://Traces.example", "--token-file", directory / "token"});
  const std::string origin = "http://localhost:5173";
  Client client(collector.url());
  const auto preflight = [&](const std::string& from) {
    return client.send({.method = "OPTIONS",
                        .target = "/trace/events",
                        .headers = {{"Origin", from},
                                    {"Sec-Fetch-Site", "cross-site"},
                                    {"Access-Control-Request-Method", "POST"},
                                    {"Access-Control-Request-Headers", "content-type"}}});
  };
  Reply reply = preflight(origin);  // a browser sends no token with it
  CHECK(reply.status == 204);
  CHECK(reply.headers.at("access-control-allow-origin") == origin);
  CHECK(reply.headers.at("access-control-allow-methods") == "GET, POST, PUT");
  CHECK(reply.headers.at("access-control-allow-headers").find("Content-Type") != std::string::npos);
  CHECK(reply.headers.at("vary") == "Origin");
  CHECK_FALSE(reply.headers.contains("content-length"));
  CHECK(preflight("https://traces.example").status == 204);
  reply = preflight("http://evil.example");
  CHECK(reply.status == 403);
  CHECK_FALSE(reply.headers.contains("access-control-allow-origin"));
  CHECK(reply.headers.at("vary") == "Origin");

  const HttpHeaders page{{"Origin", origin}, {"Authorization", "Bearer t"}};
  reply = client.post(line_of("r", events_of("r", 1, 1)), page);
  CHECK(reply.status == 200);
  CHECK(reply.headers.at("access-control-allow-origin") == origin);
  reply = client.send({.target = "/workflows/runs", .headers = {{"Origin", origin}}});
  CHECK(reply.status == 401);  // which the page may read
  CHECK(reply.headers.at("access-control-allow-origin") == origin);
  StreamClient stream(collector.url(), "/workflows/runs/r/stream", page);
  CHECK(stream.head().find("Access-Control-Allow-Origin: " + origin + "\r\n") != std::string::npos);
  stream.next("trace");
}

TEST_CASE("without an allowed origin there are no CORS headers") {
  RunningCollector collector;
  Client client(collector.url());
  const Reply reply = client.get("/workflows/runs");
  CHECK_FALSE(reply.headers.contains("vary"));
  CHECK_FALSE(reply.headers.contains("access-control-allow-origin"));
  CHECK(reply.headers.at("x-content-type-options") == "nosniff");
  CHECK(reply.headers.at("cross-origin-resource-policy") == "same-origin");
}
