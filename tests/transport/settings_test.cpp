// SPDX-License-Identifier: Apache-2.0
// Endpoints and tokens, before anything is sent.
#include <doctest/doctest.h>

#include <fstream>

#include <trace/http_client.hpp>
#include "http/bearer_token.hpp"
#include "http/endpoint.hpp"
#include "support/temp_dir.hpp"

using namespace trace;
using namespace trace::http;

namespace {

void write(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

}  // namespace

TEST_CASE("a path is put below the endpoint's own") {
  CHECK(Endpoint("http://h:8400").url("/trace/events") == "http://h:8400/trace/events");
  CHECK(Endpoint("http://h:8400/").url("/trace/events") == "http://h:8400/trace/events");
  CHECK(Endpoint("https://h/a/b/").url("/x?y=1") == "https://h/a/b/x?y=1");
  CHECK(Endpoint("https://h/a?key=1").url("/x") == "https://h/a/x?key=1");
  CHECK(Endpoint("https://h/a?key=1").url("/x?y=2") == "https://h/a/x?y=2&key=1");
}

TEST_CASE("neither user-info nor query is shown") {
  const Endpoint endpoint("https://user:pa%40ss@host.test:99/base?sig=secret");
  REQUIRE(endpoint.usable());
  CHECK(endpoint.shown("/trace/events?cursor=1") == "https://host.test:99/base/trace/events");
  CHECK(endpoint.url("/e") == "https://user:pa%40ss@host.test:99/base/e?sig=secret");
}

TEST_CASE("valid endpoints") {
  for (const char* text :
       {"http://127.0.0.1:8400", "http://localhost", "https://backend.example.com/base/",
        "http://[::1]:8400/x", "http://[::1]", "https://user:pass@host:443/p?sig=abc",
        "http://host?sig=1", "http://h:65535", "HTTP://host"}) {
    CAPTURE(text);
    CHECK(Endpoint(text).problem() == "");
  }
}

TEST_CASE("invalid endpoints are refused, and the message does not repeat them") {
  for (const char* text : {"",
                           "host",
                           "host:8400",
                           "127.0.0.1:8400",
                           "localhost",
                           "://",
                           "ftp://user:pw@host",
                           "http://host:",
                           "http://http://127.0.0.1:8400",
                           "http:/h/?x=://y",
                           "http:/host",
                           "http://",
                           "http:///path",
                           "http://:8400",
                           "http://host:0",
                           "http://host:65536",
                           "http://host:99999999",
                           "http://host:port",
                           "http://host:80:81",
                           "http://::1:8400",
                           "http://user:pw@[::",
                           "http://[::1",
                           "http://[::1]8400",
                           "http://[]:1",
                           "http://[host]:1",
                           "http://ho st",
                           "http://host/#top",
                           "http://user:pw@"}) {
    CAPTURE(text);
    const Endpoint endpoint(text);
    CHECK_FALSE(endpoint.usable());
    CHECK_FALSE(endpoint.problem().empty());
    CHECK(endpoint.shown("/x").find("pw") == std::string::npos);
  }
}

TEST_CASE("this machine is known by its names") {
  CHECK(Endpoint("http://localhost:1").loopback());
  CHECK(Endpoint("http://127.0.0.1").loopback());
  CHECK(Endpoint("http://127.8.8.8").loopback());
  CHECK(Endpoint("http://[::1]:80").loopback());
  CHECK_FALSE(Endpoint("http://localhost.example.com").loopback());
  CHECK_FALSE(Endpoint("http://10.0.0.1").loopback());
}

TEST_CASE("a token of the configuration is used as it is") {
  BearerToken token("abc", "");
  CHECK(token.load());
  CHECK(token.value() == "abc");
  CHECK_FALSE(token.reload());
  BearerToken none("", "");
  CHECK(none.load());
  CHECK(none.value().empty());
}

TEST_CASE("a token with a line break never becomes a header") {
  BearerToken token("abc\r\nX-Evil: 1", "");
  CHECK_FALSE(token.load());
  CHECK(token.value().empty());
  CHECK(token.problem().find("abc") == std::string::npos);
}

TEST_CASE("a token file is read once, and again when asked") {
  const testing::TempDir directory;
  const std::string path = directory / "token";
  BearerToken token("", path);
  CHECK_FALSE(token.load());
  CHECK(token.problem().find(path) != std::string::npos);
  write(path, "first\n");
  CHECK(token.load());
  CHECK(token.value() == "first");
  write(path, "second");
  CHECK(token.load());
  CHECK(token.value() == "first");
  CHECK(token.reload());
  CHECK(token.value() == "second");
  CHECK_FALSE(token.reload());
  for (const std::string_view bad : {"", "\n\n", "one\ntwo\n"}) {
    write(path, bad);
    CHECK_FALSE(token.reload());
    CHECK(token.value() == "second");
  }
  write(path, std::string(70'000, 'x'));
  CHECK_FALSE(token.reload());
}

TEST_CASE("a run id becomes one path segment") {
  CHECK(percent_encoded("run-1_a.b~") == "run-1_a.b~");
  CHECK(percent_encoded("a/b?c d\xc3\xa4") == "a%2Fb%3Fc%20d%C3%A4");
}
