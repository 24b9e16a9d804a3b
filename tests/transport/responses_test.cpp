// SPDX-License-Identifier: Apache-2.0
// The table of responses in docs/ingestion-api.md, row by row, over a real connection.
#include <doctest/doctest.h>

#include "transport/sending.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;
using Kind = SendResult::Kind;

namespace {

constexpr std::string_view our_error = R"({"error":{"field":"runId","message":"is too long"}})";

SendResult answer_with(const std::string& text) {
  const ScriptedServer server({text});
  return send_once(server.url());
}

}  // namespace

TEST_CASE("200 with a readable body acknowledges what it says") {
  const auto result = answer_with(answer_text(200, acknowledgement()));
  REQUIRE(result.kind == Kind::acknowledged);
  REQUIRE(result.runs.size() == 1);
  CHECK(result.runs[0].run_id == "run-1");
  CHECK(result.runs[0].through[0].sequence == 1);
  CHECK(result.runs[0].status == RunStatus::running);
}

TEST_CASE("a partial acknowledgement stays partial") {
  const ScriptedServer server({answer_text(200, acknowledgement("run-2", 2))});
  SampleBatch sample;
  sample.add("run-2", 5);
  const auto result = send_once(server.url(), sample);
  REQUIRE(result.kind == Kind::acknowledged);
  REQUIRE(result.runs.size() == 1);
  CHECK(result.runs[0].run_id == "run-2");
  CHECK(result.runs[0].through[0].sequence == 2);
}

TEST_CASE("a chunked response is accepted") {
  const std::string body = acknowledgement();
  const auto result = answer_with(fmt::format(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n",
      20, body.substr(0, 20), body.size() - 20, body.substr(20)));
  CHECK(result.kind == Kind::acknowledged);
}

TEST_CASE("2xx whose body cannot be read acknowledges nothing") {
  for (const std::string body : {"", "{}", "OK", "<html>welcome to the hotel's wifi</html>",
                                 R"({"runs":[{"runId":"run-1","through":{"x":-1}}]})"}) {
    CAPTURE(body);
    const auto result = answer_with(answer_text(200, body));
    CHECK(result.kind == Kind::retry_later);
    CHECK(result.runs.empty());
    CHECK(result.detail.find("cannot be read") != std::string::npos);
  }
  CHECK(answer_with("HTTP/1.1 204 No Content\r\n\r\n").kind == Kind::retry_later);
}

TEST_CASE("a 200 cut off in its body acknowledges nothing") {
  const std::string whole = acknowledgement();
  const ScriptedServer server([&](Peer& peer) {
    peer.read_request();
    peer.send(answer_text(200, whole).substr(0, answer_text(200, whole).size() - 10));
  });
  const auto result = send_once(server.url());
  CHECK(result.kind == Kind::retry_later);
  CHECK(result.detail.find("cut off") != std::string::npos);
}

TEST_CASE("an endless 200 is given up at 4 MiB") {
  const ScriptedServer server([&](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(64 * 1024, ' ');
    for (int i = 0; i < 1000 && peer.send(piece); ++i) continue;
  });
  const auto result = send_once(server.url());
  CHECK(result.kind == Kind::retry_later);
  CHECK(result.detail.find("too long") != std::string::npos);
}

TEST_CASE("400 and 422 with our error body reject the batch and say why") {
  for (const int status : {400, 422}) {
    const auto result = answer_with(answer_text(status, our_error));
    CHECK(result.kind == Kind::rejected);
    CHECK(result.detail.find("runId: is too long") != std::string::npos);
  }
}

TEST_CASE("400 and 422 of a stranger keep everything") {
  for (const int status : {400, 422}) {
    for (const std::string body :
         {"", "<html>400 Bad Request</html>", R"({"error":"bad"})", R"({"message":"no"})"}) {
      const auto result = answer_with(answer_text(status, body));
      CHECK(result.kind == Kind::refused);
    }
  }
}

TEST_CASE("400 cut off in its body is tried again") {
  const ScriptedServer server([&](Peer& peer) {
    peer.read_request();
    peer.send(answer_text(400, our_error).substr(0, 60));
  });
  CHECK(send_once(server.url()).kind == Kind::retry_later);
}

TEST_CASE("413 asks for a smaller batch") {
  CHECK(answer_with(answer_text(413, "")).kind == Kind::too_large);
  CHECK(answer_with(answer_text(413, "<html>nginx</html>")).kind == Kind::too_large);
}

TEST_CASE("responses of another service mean refused") {
  for (const int status : {401, 402, 403, 404, 405, 406, 407, 409, 410, 411, 415, 417, 418, 421}) {
    CAPTURE(status);
    const auto result = answer_with(answer_text(status, "<html>no</html>"));
    CHECK(result.kind == Kind::refused);
    CHECK(result.detail.find(std::to_string(status)) != std::string::npos);
    CHECK_FALSE(result.retry_after);
  }
}

TEST_CASE("the reason that our backend gives is passed on") {
  const auto result = answer_with(answer_text(403, R"({"error":{"message":"run is locked"}})"));
  CHECK(result.kind == Kind::refused);
  CHECK(result.detail.find("run is locked") != std::string::npos);
}

TEST_CASE("redirects are reported and never followed") {
  for (const int status : {301, 302, 303, 307, 308}) {
    CAPTURE(status);
    const ScriptedServer other({answer_text(200, acknowledgement())});
    const std::string location =
        fmt::format("http://user:secret@127.0.0.1:{}/x?sig=hidden", other.port());
    const auto result = answer_with(answer_text(status, "", "Location: " + location + "\r\n"));
    CHECK(result.kind == Kind::refused);
    CHECK(other.accepted() == 0);
    CHECK(result.detail.find(other.url() + "/x") != std::string::npos);
    CHECK(result.detail.find("secret") == std::string::npos);
    CHECK(result.detail.find("hidden") == std::string::npos);
  }
}

TEST_CASE("outages are tried again, when the backend says so") {
  for (const int status : {408, 429, 500, 501, 502, 503, 504, 507, 599}) {
    CAPTURE(status);
    CHECK(answer_with(answer_text(status, "<html>")).kind == Kind::retry_later);
    CHECK_FALSE(answer_with(answer_text(status, "")).retry_after);
    const auto asked = answer_with(answer_text(status, "", "Retry-After: 7\r\n"));
    CHECK(asked.kind == Kind::retry_later);
    CHECK(asked.retry_after == 7s);
  }
}

TEST_CASE("Retry-After may be a date") {
  const std::time_t soon = std::time(nullptr) + 100;
  std::tm utc{};
  gmtime_r(&soon, &utc);
  char date[64];
  std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &utc);
  const auto result = answer_with(answer_text(503, "", fmt::format("Retry-After: {}\r\n", date)));
  REQUIRE(result.retry_after);
  CHECK(*result.retry_after > 60s);
  CHECK(*result.retry_after <= 100s);
}

TEST_CASE("an interim response is skipped") {
  const auto result = answer_with("HTTP/1.1 103 Early Hints\r\nRetry-After: 900\r\n\r\n" +
                                  answer_text(503, "", "Retry-After: 3\r\n"));
  CHECK(result.kind == Kind::retry_later);
  CHECK(result.retry_after == 3s);
}

TEST_CASE("what does not speak HTTP is refused") {
  const auto answer = [](std::string text) {
    const ScriptedServer server([text](Peer& peer) {
      peer.read_request();
      peer.send(text);
    });
    return send_once(server.url());
  };
  CHECK(answer("220 mail.example.com ESMTP\r\n").kind == Kind::refused);
  CHECK(answer("SSH-2.0-OpenSSH_9.2\r\n").kind == Kind::refused);
}

TEST_CASE("no detail holds the endpoint's user-info") {
  const ScriptedServer server({answer_text(404, "")});
  const std::string secret = "http://user:pa55word@127.0.0.1:";
  for (const std::string& endpoint :
       {secret + std::to_string(server.port()), secret + "1", std::string("user:pa55word@host"),
        std::string("http://user:pa55word@host.invalid:99999")}) {
    const auto result = send_once(endpoint);
    CHECK_FALSE(result.detail.empty());
    CHECK(result.detail.find("pa55word") == std::string::npos);
  }
  auto options = options_for("http://backend.invalid");
  options.proxy = "http://user:pa55word@[::";
  const auto result = http::make_http_transport(options)->send(SampleBatch().batch(), soon());
  CHECK(result.kind != Kind::acknowledged);
  CHECK(result.detail.find("pa55word") == std::string::npos);
}
