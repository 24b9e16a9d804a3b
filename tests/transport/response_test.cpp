// SPDX-License-Identifier: Apache-2.0
// Responses of backends and other servers, as bytes.
#include "http/send_result.hpp"

#include <doctest/doctest.h>

#include <random>

#include "transport/sample_batch.hpp"

using namespace trace;
using namespace trace::http;
using namespace std::chrono_literals;

TEST_CASE("a whole acknowledgement is read per run") {
  ResponseParser parser;
  const auto runs = parser.acknowledgement(
      R"({"runs":[{"runId":"a","accepted":2,"duplicates":1,"rejected":[{"id":"x-1","reason":"level: no"}],)"
      R"("through":{"s-1":7,"s-2":18446744073709551615},"cursor":"Mw==","status":"CANCELLED"},)"
      R"({"runId":"b","through":{},"extra":[1]}],"more":null})");
  REQUIRE(runs);
  REQUIRE(runs->size() == 2);
  const auto& first = runs->front();
  CHECK(first.run_id == "a");
  REQUIRE(first.through.size() == 2);
  CHECK(first.through[0].emitter == "s-1");
  CHECK(first.through[0].sequence == 7);
  CHECK(first.through[1].sequence == 18446744073709551615U);
  REQUIRE(first.rejected.size() == 1);
  CHECK(first.rejected[0].id == "x-1");
  CHECK(first.rejected[0].reason == "level: no");
  CHECK(first.status == RunStatus::cancelled);
  CHECK(runs->back().run_id == "b");
  CHECK(runs->back().through.empty());
  CHECK_FALSE(runs->back().status);
}

TEST_CASE("nulls count as absent, a status of a later contract as unknown") {
  ResponseParser parser;
  const auto runs = parser.acknowledgement(
      R"({"runs":[{"runId":"a","rejected":null,"through":null,"status":"STALE"}]})");
  REQUIRE(runs);
  CHECK_FALSE(runs->front().status);
  CHECK(parser.acknowledgement(R"({"runs":[]})"));
}

TEST_CASE("what is not entirely an acknowledgement acknowledges nothing") {
  ResponseParser parser;
  for (const char* body : {
           "",
           " ",
           "{}",
           "[]",
           "null",
           "\"runs\"",
           "OK",
           "<html><body>502 Bad Gateway</body></html>",
           R"({"ok":true})",
           R"({"runs":{}})",
           R"({"runs":[1]})",
           R"({"runs":[{}]})",
           R"({"runs":[{"runId":""}]})",
           R"({"runs":[{"runId":7}]})",
           R"({"runs":[{"runId":"a","through":[]}]})",
           R"({"runs":[{"runId":"a","through":{"s-1":-1}}]})",
           R"({"runs":[{"runId":"a","through":{"s-1":"7"}}]})",
           R"({"runs":[{"runId":"a","through":{"s-1":1.5}}]})",
           R"({"runs":[{"runId":"a","through":{"s-1":18446744073709551616}}]})",
           R"({"runs":[{"runId":"a","rejected":{}}]})",
           R"({"runs":[{"runId":"a","rejected":["x"]}]})",
           R"({"runs":[{"runId":"a","rejected":[{"id":1}]}]})",
           R"({"runs":[{"runId":"a","status":1}]})",
           R"({"runs":[{"runId":"a","through":{"s-1":1}},{"runId":3}]})",
           R"({"runs":[{"runId":"a","through":{"s-1":1}})",
           R"({"runs":[]}{"runs":[]})",
           "{\"runs\":[]}\xff",
           "\xff\xfe\x00\x01",
       }) {
    CAPTURE(body);
    CHECK_FALSE(parser.acknowledgement(body));
  }
}

TEST_CASE("no prefix of an acknowledgement is one") {
  ResponseParser parser;
  const std::string whole = testing::acknowledgement();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(parser.acknowledgement(whole.substr(0, length)));
  }
  CHECK(parser.acknowledgement(whole));
}

TEST_CASE("an error body names field and message") {
  ResponseParser parser;
  const auto error = parser.error(R"({"error":{"field":"runId","message":"must not be empty"}})");
  REQUIRE(error);
  CHECK(*error == "runId: must not be empty");
  CHECK(parser.error(R"({"error":{"message":"empty body"}})") == "empty body");
  CHECK(parser.error(R"({"error":{"field":null,"message":"a\nb"}})") == "a b");
  for (const char* body : {"", "<html>400 Bad Request</html>", "{}", R"({"error":"bad request"})",
                           R"({"error":{}})", R"({"error":{"field":"runId"}})",
                           R"({"error":{"field":1,"message":"m"}})", R"({"message":"m"})"}) {
    CAPTURE(body);
    CHECK_FALSE(parser.error(body));
  }
}

TEST_CASE("bytes that were changed on the way never crash the parser") {
  ResponseParser parser;
  std::mt19937 random(20251013);  // NOLINT: the same bytes in each run
  const std::string whole = testing::acknowledgement();
  int readable = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string body = whole;
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
      const auto at = random() % body.size();
      switch (random() % 3) {
        case 0:
          body[at] = static_cast<char>(random() % 256);
          break;
        case 1:
          body.erase(at, 1 + random() % 8);
          break;
        default:
          body.insert(at, 1, "{}[]\",:0\\u"[random() % 10]);
      }
      if (body.empty()) body = " ";
    }
    if (const auto runs = parser.acknowledgement(body)) {
      ++readable;
      for (const auto& run : *runs) CHECK_FALSE(run.run_id.empty());
    }
    if (const auto error = parser.error(body)) CHECK(error->size() <= 304);
  }
  CHECK(readable > 0);
  CHECK(readable < 20'000);
}

TEST_CASE("a deeply nested body is unreadable, no crash") {
  ResponseParser parser;
  CHECK_FALSE(parser.acknowledgement(R"({"runs":)" + std::string(100'000, '[')));
}

TEST_CASE("Retry-After is seconds or a date, capped at 15 minutes") {
  constexpr std::time_t now = 1760349600;  // Mon, 13 Oct 2025 10:00:00 GMT
  CHECK(parse_retry_after("7", now) == 7s);
  CHECK(parse_retry_after(" 120 ", now) == 120s);
  CHECK(parse_retry_after("0", now) == 0s);
  CHECK(parse_retry_after("86400", now) == 15min);
  CHECK(parse_retry_after("99999999999999999999999", now) == 15min);
  CHECK(parse_retry_after("Mon, 13 Oct 2025 10:00:42 GMT", now) == 42s);
  CHECK(parse_retry_after("Monday, 13-Oct-25 10:01:00 GMT", now) == 60s);
  CHECK(parse_retry_after("Mon Oct 13 10:02:00 2025", now) == 120s);
  CHECK(parse_retry_after("Mon, 13 Oct 2025 09:00:00 GMT", now) == 0s);
  CHECK(parse_retry_after("Mon, 13 Oct 2035 09:00:00 GMT", now) == 15min);
  CHECK_FALSE(parse_retry_after("", now));
  CHECK_FALSE(parse_retry_after("soon", now));
  CHECK_FALSE(parse_retry_after("1.5", now));
  CHECK_FALSE(parse_retry_after("-3", now));
}

TEST_CASE("an offer of an encoding is read with its weight") {
  CHECK(offers("zstd", "zstd"));
  CHECK(offers("gzip, ZSTD", "zstd"));
  CHECK(offers("gzip;q=0.5 ,\tzstd ; q=0.1", "zstd"));
  CHECK_FALSE(offers("", "zstd"));
  CHECK_FALSE(offers("gzip, identity", "zstd"));
  CHECK_FALSE(offers("zstd;q=0", "zstd"));
  CHECK_FALSE(offers("zstd;q=0.000, gzip", "zstd"));
  CHECK_FALSE(offers("zstdx", "zstd"));
  CHECK_FALSE(offers(",,;,", "zstd"));
}

TEST_CASE("foreign text fits a line of a message") {
  CHECK(one_line("a\r\nb\tc\x7f") == "a  b c ");
  CHECK(one_line(std::string(400, 'x')).size() == 303);
  CHECK(one_line("ab\xc3\xa4", 3) == "ab...");
}
