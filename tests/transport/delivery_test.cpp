// SPDX-License-Identifier: Apache-2.0
// Requests as the server receives them: bytes, headers, credentials, connections.
#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "support/temp_dir.hpp"
#include "transport/decompress.hpp"
#include "transport/sending.hpp"

using namespace trace;
using namespace trace::testing;
using Kind = SendResult::Kind;

namespace {

void write(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

const std::string stored = answer_text(200, acknowledgement());

// For a name that is not this machine, so that compression is considered: reached by proxy.
http::HttpOptions distant(const ScriptedServer& proxy) {
  auto options = options_for("http://backend.test:8400");
  options.proxy = proxy.url();
  return options;
}

}  // namespace

TEST_CASE("the lines of all runs arrive as they are, with the headers of the API") {
  const ScriptedServer server({stored});
  SampleBatch sample;
  sample.add("run-2", 4000, 300).add("run-3", 0);  // above the 1 MiB where libcurl likes to ask
  auto options = options_for(server.url() + "/base/");
  options.token = "t0ken";
  REQUIRE(send_once(options, sample).kind == Kind::acknowledged);
  const auto requests = server.requests();
  REQUIRE(requests.size() == 1);
  const auto& request = requests[0];
  CHECK(request.method == "POST");
  CHECK(request.target == "/base/trace/events");
  CHECK((request.body == sample.body()));
  CHECK(request.headers.at("content-length") == std::to_string(sample.batch().bytes));
  CHECK(request.headers.at("content-type") == "application/x-ndjson");
  CHECK(request.headers.at("trace-contract") == "2025-10-13");
  CHECK(request.headers.at("authorization") == "Bearer t0ken");
  CHECK(request.headers.at("user-agent").starts_with("shiptrace/"));
  REQUIRE(sample.batch().bytes > 1024 * 1024);
  CHECK_FALSE(request.headers.contains("expect"));
  CHECK_FALSE(request.headers.contains("content-encoding"));
  CHECK_FALSE(request.headers.contains("transfer-encoding"));
}

TEST_CASE("without a token there is no Authorization, with user-info there is Basic") {
  const ScriptedServer server({stored});
  send_once(server.url());
  send_once(fmt::format("http://user:pass@127.0.0.1:{}", server.port()));
  const auto requests = server.requests();
  REQUIRE(requests.size() == 2);
  CHECK_FALSE(requests[0].headers.contains("authorization"));
  CHECK(requests[1].headers.at("authorization") == "Basic dXNlcjpwYXNz");
}

TEST_CASE("one connection carries all sends") {
  const ScriptedServer server({stored, answer_text(503, "busy"), answer_text(413, ""), stored});
  const auto transport = http::make_http_transport(options_for(server.url()));
  const SampleBatch sample;
  for (const Kind kind : {Kind::acknowledged, Kind::retry_later, Kind::too_large,
                          Kind::acknowledged, Kind::acknowledged}) {
    CHECK(transport->send(sample.batch(), soon()).kind == kind);
  }
  CHECK(server.requests().size() == 5);
  CHECK(server.accepted() == 1);
}

TEST_CASE("a connection that the server has closed is replaced within the send") {
  const ScriptedServer server([](Peer& peer) {
    peer.read_request();
    peer.send(stored);  // and close
  });
  const auto transport = http::make_http_transport(options_for(server.url()));
  const SampleBatch sample;
  for (int i = 0; i < 5; ++i) {
    CHECK(transport->send(sample.batch(), soon()).kind == Kind::acknowledged);
  }
  CHECK(server.accepted() == 5);
}

TEST_CASE("a token that was rotated is used at once") {
  const TempDir directory;
  const std::string file = directory / "token";
  write(file, "old\n");
  const ScriptedServer server({stored, answer_text(401, ""), stored, answer_text(403, "")});
  auto options = options_for(server.url());
  options.token_file = file;
  const auto transport = http::make_http_transport(options);
  const SampleBatch sample;
  CHECK(transport->send(sample.batch(), soon()).kind == Kind::acknowledged);
  write(file, "new\n");
  CHECK(transport->send(sample.batch(), soon()).kind == Kind::acknowledged);
  // Refused with the token that the file still holds: no second attempt.
  CHECK(transport->send(sample.batch(), soon()).kind == Kind::refused);
  const auto requests = server.requests();
  REQUIRE(requests.size() == 4);
  CHECK(requests[0].headers.at("authorization") == "Bearer old");
  CHECK(requests[1].headers.at("authorization") == "Bearer old");
  CHECK(requests[2].headers.at("authorization") == "Bearer new");
  CHECK(requests[3].headers.at("authorization") == "Bearer new");
  CHECK((requests[2].body == sample.body()));
}

TEST_CASE("a second refusal within one send ends it") {
  const TempDir directory;
  const std::string file = directory / "token";
  write(file, "first");
  std::atomic<int> seen{0};
  const ScriptedServer server([&](Peer& peer) {
    while (peer.read_request()) {
      write(file, fmt::format("token-{}", ++seen));  // a new one each time
      peer.send(answer_text(401, ""));
    }
  });
  auto options = options_for(server.url());
  options.token_file = file;
  const auto transport = http::make_http_transport(options);
  const SampleBatch sample;
  CHECK(transport->send(sample.batch(), soon()).kind == Kind::refused);
  CHECK(seen == 2);
}

TEST_CASE("a token file that is missing keeps the events and sends nothing") {
  const TempDir directory;
  const ScriptedServer server({stored});
  auto options = options_for(server.url());
  options.token_file = directory / "token";
  const auto transport = http::make_http_transport(options);
  const SampleBatch sample;
  const auto result = transport->send(sample.batch(), soon());
  CHECK(result.kind == Kind::refused);
  CHECK(result.detail.find(options.token_file) != std::string::npos);
  CHECK(server.accepted() == 0);
  write(options.token_file, "late");
  CHECK(transport->send(sample.batch(), soon()).kind == Kind::acknowledged);
}

TEST_CASE("zstd is used once the server has offered it") {
  const std::string offer = answer_text(200, acknowledgement(), "Accept-Encoding: gzip, zstd\r\n");
  const ScriptedServer server({offer, stored});
  const auto transport = http::make_http_transport(distant(server));
  SampleBatch sample;
  sample.add("run-2", 500, 100);
  for (int i = 0; i < 3; ++i) {
    CHECK(transport->send(sample.batch(), soon()).kind == Kind::acknowledged);
  }
  const auto requests = server.requests();
  REQUIRE(requests.size() == 3);
  CHECK(requests[0].target == "http://backend.test:8400/trace/events");
  CHECK_FALSE(requests[0].headers.contains("content-encoding"));
  CHECK((requests[0].body == sample.body()));
  for (const int i : {1, 2}) {
    CHECK(requests[static_cast<std::size_t>(i)].headers.at("content-encoding") == "zstd");
    CHECK((unzstd(requests[static_cast<std::size_t>(i)].body) == sample.body()));
  }
}

TEST_CASE("gzip is used when it is all that was offered") {
  const std::string offer = answer_text(200, acknowledgement(), "Accept-Encoding: gzip\r\n");
  const ScriptedServer server({offer});
  const auto transport = http::make_http_transport(distant(server));
  const SampleBatch sample;
  transport->send(sample.batch(), soon());
  transport->send(sample.batch(), soon());
  const auto requests = server.requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[1].headers.at("content-encoding") == "gzip");
  CHECK((gunzip(requests[1].body) == sample.body()));
}

TEST_CASE("nothing is compressed on this machine, or when it was forbidden") {
  const std::string offer = answer_text(200, acknowledgement(), "Accept-Encoding: zstd\r\n");
  const ScriptedServer server({offer});
  auto forbidden = distant(server);
  forbidden.compression = http::Compression::none;
  for (const auto& options : {options_for(server.url()), forbidden}) {
    const auto transport = http::make_http_transport(options);
    const SampleBatch sample;
    transport->send(sample.batch(), soon());
    transport->send(sample.batch(), soon());
  }
  for (const auto& request : server.requests()) {
    CHECK_FALSE(request.headers.contains("content-encoding"));
  }
  CHECK(server.requests().size() == 4);
}

TEST_CASE("a server that refuses what it offered gets it plain in the same send") {
  const std::string offer = answer_text(200, acknowledgement(), "Accept-Encoding: zstd\r\n");
  const ScriptedServer server(
      {offer, answer_text(415, "", "Accept-Encoding: zstd\r\n"), stored, stored});
  const auto transport = http::make_http_transport(distant(server));
  const SampleBatch sample;
  for (int i = 0; i < 3; ++i) {
    CHECK(transport->send(sample.batch(), soon()).kind == Kind::acknowledged);
  }
  const auto requests = server.requests();
  REQUIRE(requests.size() == 4);
  CHECK(requests[1].headers.at("content-encoding") == "zstd");
  for (const std::size_t i : {2U, 3U}) {
    CHECK_FALSE(requests[i].headers.contains("content-encoding"));
    CHECK((requests[i].body == sample.body()));
  }
}

TEST_CASE("a unix socket replaces TCP") {
  const TempDir directory;
  ServerOptions options;
  options.unix_socket = directory / "backend.sock";
  const ScriptedServer server({stored}, options);
  auto to = options_for("http://localhost");
  to.unix_socket = options.unix_socket;
  const SampleBatch sample;
  CHECK(send_once(to, sample).kind == Kind::acknowledged);
  CHECK((server.requests().at(0).body == sample.body()));
}

TEST_CASE("a proxy of the environment is not asked for this machine") {
  const ScriptedServer server({stored});
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  const auto result = send_once(server.url());
  ::unsetenv("http_proxy");
  CHECK(result.kind == Kind::acknowledged);
}
