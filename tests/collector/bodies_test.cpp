// SPDX-License-Identifier: Apache-2.0
// Bodies: how they may be packed, how large they may be, and what is said of those that cannot be
// read.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <string>

#include "client.hpp"
#include "envelopes.hpp"
#include "support/collector.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

std::uint64_t accepted(const Reply& reply) {
  REQUIRE(reply.status == 200);
  return reply.json().at("runs").at(0).at("accepted").to_number<std::uint64_t>();
}

std::string error_field(const Reply& reply) {
  const auto json = reply.json();
  CHECK_FALSE(json.at("error").at("message").as_string().empty());
  const auto* field = json.at("error").as_object().if_contains("field");
  return field == nullptr ? "" : std::string(field->as_string());
}

}  // namespace

TEST_CASE("bodies come plain, as gzip or as zstd") {
  Collector collector;
  Client client(collector.url());
  CHECK(accepted(client.post(line_of("r", events_of("r", 1, 10)))) == 10);
  CHECK(accepted(client.post(gzipped(line_of("r", events_of("r", 11, 3000))),
                             {{"Content-Encoding", "gzip"}})) == 2990);
  CHECK(accepted(client.post(zstd_compressed(line_of("r", events_of("r", 3001, 6000))),
                             {{"Content-Encoding", "ZSTD"}})) == 3000);
  CHECK(accepted(client.post(line_of("r", events_of("r", 6001, 6001)),
                             {{"Content-Encoding", "identity"}})) == 1);

  SUBCASE("several members or frames are one body") {
    const std::string a = line_of("r", events_of("r", 7001, 7002));
    const std::string b = line_of("r", events_of("r", 7003, 7003));
    const Reply gzip = client.post(gzipped(a) + gzipped(b), {{"Content-Encoding", "gzip"}});
    CHECK(gzip.json().at("runs").as_array().size() == 2);
    const Reply zstd =
        client.post(zstd_compressed(a) + zstd_compressed(b), {{"Content-Encoding", "zstd"}});
    CHECK(zstd.json().at("runs").as_array().size() == 2);
  }
}

TEST_CASE("a chunked body is read like any other") {
  Collector collector;
  Client client(collector.url());
  const std::string line = line_of("r", events_of("r", 1, 2));
  client.write(
      "POST /trace/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
      "application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n" +
      fmt::format("{:x}\r\n{}\r\n", 20, line.substr(0, 20)));
  client.write(fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", line.size() - 20, line.substr(20)));
  CHECK(accepted(client.read_reply()) == 2);
}

TEST_CASE("a client that waits for 100 Continue gets it") {
  Collector collector;
  Client client(collector.url());
  const std::string line = line_of("r", events_of("r", 1, 2));
  client.write(
      fmt::format("POST /trace/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                  "application/x-ndjson\r\nContent-Length: {}\r\n"
                  "Expect: 100-continue\r\n\r\n",
                  line.size()));
  CHECK(client.read_reply().status == 100);
  client.write(line);
  CHECK(accepted(client.read_reply()) == 2);
}

TEST_CASE("a body that cannot be unpacked is refused, the connection lives on") {
  Collector collector;
  Client client(collector.url());
  const std::string line = line_of("r", events_of("r", 1, 100));
  const std::string gzip = gzipped(line);
  const std::string zstd = zstd_compressed(line);
  const auto refused = [&](const std::string& body, const std::string& encoding) {
    const Reply reply = client.post(body, {{"Content-Encoding", encoding}});
    CHECK(reply.status == 400);
    CHECK(error_field(reply) == "body");
    CHECK(reply.keep_alive);
  };
  refused("no gzip at all", "gzip");
  refused("no zstd at all", "zstd");
  refused(gzip.substr(0, gzip.size() / 2), "gzip");
  refused(zstd.substr(0, zstd.size() / 2), "zstd");
  refused(gzip + "and more", "gzip");
  refused(zstd, "gzip");
  CHECK(client.get("/workflows/runs/r/trace").status == 404);
  CHECK(accepted(client.post(line)) == 100);
}

TEST_CASE("a body is bounded as it is sent and after inflation") {
  constexpr std::size_t limit = 65536;
  Collector collector({"--max-body", std::to_string(limit)});
  const auto post = [&](const std::string& body, const std::string& encoding) {
    Client client(collector.url());
    return client.post(body, {{"Content-Encoding", encoding}});
  };
  std::string fitting = line_of("r", events_of("r", 1, 3));
  fitting.append(limit - fitting.size(), '\n');  // blank lines are ignored
  CHECK(post(fitting, "identity").status == 200);
  CHECK(post(gzipped(fitting), "gzip").status == 200);
  CHECK(post(zstd_compressed(fitting), "zstd").status == 200);

  const std::string larger = fitting + "\n";
  for (const Reply& reply : {post(larger, "identity"), post(gzipped(larger), "gzip"),
                             post(zstd_compressed(larger), "zstd")}) {
    CHECK(reply.status == 413);
    CHECK(error_field(reply) == "body");
  }
  // 64 MiB of spaces in some ten kilobytes.
  const std::string bomb(std::size_t{64} << 20, ' ');
  CHECK(post(gzipped(bomb), "gzip").status == 413);
  CHECK(post(zstd_compressed(bomb), "zstd").status == 413);

  SUBCASE("a sender that does not wait gets its 413 too, not a reset") {
    const Reply reply = post(std::string(8 * limit, 'x'), "identity");
    CHECK(reply.status == 413);
    CHECK_FALSE(reply.keep_alive);
  }
  SUBCASE("a chunked body is stopped at the limit") {
    Client client(collector.url());
    client.write(
        "POST /trace/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
        "application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = fmt::format("{:x}\r\n", limit) + std::string(limit, ' ') + "\r\n";
    client.write(chunk + chunk);
    CHECK(client.read_reply().status == 413);
  }
}

TEST_CASE("a body of too many lines is refused whole") {
  Collector collector;
  Client client(collector.url());
  std::string body;
  for (int i = 0; i < 10'001; ++i) body += "{\"runId\":\"r\",\"events\":[]}\n";
  CHECK(client.post(body).status == 413);
  CHECK(client.get("/workflows/runs/r/status").status == 404);
}

TEST_CASE("a body of nothing but invalid events is refused whole, before it takes much memory") {
  Collector collector;
  Client client(collector.url());
  std::string line = R"({"runId":"r","events":[{})";
  for (int i = 1; i < 4000; ++i) line += ",{}";
  line += "]}\n";
  const Reply rejected = client.post(line + line);
  REQUIRE(rejected.status == 200);
  CHECK(rejected.json().at("runs").at(1).at("rejected").as_array().size() == 4000);
  const Reply refused = client.post(line + line + line);
  CHECK(refused.status == 400);
  CHECK(error_field(refused) == "events");
}

TEST_CASE("an invalid envelope is refused with the field and the rule, and nothing is stored") {
  Collector collector;
  Client client(collector.url());
  const std::string good = line_of("good", events_of("good", 1, 1));
  struct Case {
    const char* body;
    const char* field;
  };
  for (const Case& one :
       {Case{"", "body"}, Case{"\n \r\n", "body"}, Case{"no json", "envelope"},
        Case{"[]", "envelope"}, Case{R"({"events":[]})", "runId"},
        Case{R"({"runId":"","events":[]})", "runId"}, Case{R"({"runId":"r"})", "events"},
        Case{R"({"runId":"r","events":{}})", "events"},
        Case{R"({"runId":"r","events":null})", "events"},
        Case{R"({"runId":"r","events":[],"workflowId":null})", "workflowId"},
        Case{R"({"runId":"r","events":[],"totalActions":0})", "totalActions"},
        Case{R"({"runId":"a\u0001b","events":[]})", "runId"},
        Case{R"({"runId":"r","events":[]} {"runId":"r","events":[]})", "envelope"}}) {
    const std::string field = one.field;
    INFO("body: " << std::string(one.body));
    const Reply reply = client.post(field == "body" ? one.body : good + one.body);
    CHECK(reply.status == 400);
    CHECK(error_field(reply) == field);
  }
  const Reply long_id = client.post(line_of(std::string(129, 'x'), {}));
  CHECK(long_id.status == 400);
  CHECK(error_field(long_id) == "runId");
  CHECK(client.get("/workflows/runs").json().at("runs").as_array().empty());
}
