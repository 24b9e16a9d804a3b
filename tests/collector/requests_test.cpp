// SPDX-License-Identifier: Apache-2.0
// Requests: addresses, methods, credentials, limits of time and size.
#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "client.hpp"
#include "envelopes.hpp"
#include "support/collector.hpp"

using namespace trace;
using namespace trace::testing;

TEST_CASE("unknown paths, methods and content types are distinguished") {
  Collector collector;
  Client client(collector.url());
  for (const std::string target :
       {"/", "/trace", "/trace/events/", "/workflows/runs/", "/workflows/runsx",
        "/workflows/runs/r/other", "/workflows/runs//trace", "/workflows/runs/%zz/trace",
        "/workflows/runs/r/trace/x"}) {
    INFO("target: " << std::string(target));
    const Reply reply = client.get(target);
    CHECK(reply.status == 404);
    CHECK_FALSE(reply.json().at("error").at("message").as_string().empty());
  }
  for (const std::string target :
       {"/workflows/runs/r/trace", "/workflows/runs/r/status", "/workflows/runs/r/nodes"}) {
    INFO("target: " << std::string(target));
    CHECK(client.get(target).status == 404);
  }
  const Reply get = client.get("/trace/events");
  CHECK(get.status == 405);
  CHECK(get.headers.at("allow") == "POST");
}

TEST_CASE("a refusal before the body has been read ends the connection") {
  Collector collector;
  const std::string line = line_of("r", events_of("r", 1, 1));
  const auto send = [&](const Request& request) {
    Client client(collector.url());
    const Reply reply = client.send(request);
    if (reply.status != 200 && !request.body.empty()) CHECK_FALSE(reply.keep_alive);
    return reply;
  };
  const Reply put = send({.method = "PUT", .target = "/trace/events", .body = line});
  CHECK(put.status == 405);
  const Reply post = send({.method = "POST", .target = "/workflows/runs", .body = line});
  CHECK(post.status == 405);
  CHECK(post.headers.at("allow") == "GET, HEAD");
  CHECK(send({.method = "HEAD", .target = "/trace/events"}).headers.at("allow") == "POST");
  const auto with = [&](const char* name, const char* value) {
    std::map<std::string, std::string> headers{{"Content-Type", "application/x-ndjson"}};
    headers[name] = value;
    return send({.method = "POST", .target = "/trace/events", .body = line, .headers = headers});
  };
  CHECK(send({.method = "POST", .target = "/trace/events", .body = line}).status == 415);
  for (const char* type : {"text/html", "text/plain", "multipart/form-data; boundary=x",
                           "application/x-www-form-urlencoded", "application/x-ndjsonx", ";", ""}) {
    INFO("type: " << std::string(type));
    CHECK(with("Content-Type", type).status == 415);
  }
  CHECK(with("Content-Encoding", "lz4").status == 415);
  CHECK(with("Content-Encoding", "gzip, zstd").status == 415);
  CHECK(with("Content-Encoding", "lz4").headers.at("accept-encoding") == "gzip, zstd");
  CHECK(with("Content-Type", "application/x-ndjson; charset=utf-8").status == 200);
  CHECK(with("Content-Type", "application/json").status == 200);
  CHECK(with("Trace-Contract", "2025-10-13").status == 200);
}

TEST_CASE("a token is required everywhere when there is one") {
  TempDir directory;
  const std::string file = directory / "token";
  std::ofstream(file) << "s3cret\n";
  Collector collector({"--token-file", file});
  const std::string line = line_of("r", events_of("r", 1, 1));
  const auto status = [&](const std::string& authorization) {
    Client client(collector.url());
    std::map<std::string, std::string> headers;
    if (!authorization.empty()) headers["Authorization"] = authorization;
    const Reply reply = client.post(line, headers);
    if (reply.status == 401) {
      CHECK(reply.headers.at("www-authenticate") == "Bearer");
      CHECK(reply.json().at("error").at("field") == "Authorization");
    }
    return reply.status;
  };
  CHECK(status("") == 401);
  CHECK(status("Bearer ") == 401);
  CHECK(status("Bearer wrong") == 401);
  CHECK(status("Bearer s3cre") == 401);
  CHECK(status("Bearer s3crets3cret") == 401);
  CHECK(status("Basic s3cret") == 401);
  CHECK(status("Bearer s3cret") == 200);
  CHECK(status("bearer s3cret") == 200);
  for (const char* target : {"/workflows/runs", "/workflows/runs/r/trace",
                             "/workflows/runs/r/status", "/workflows/runs/r/stream", "/nothing"}) {
    Client client(collector.url());
    CHECK(client.get(target).status == 401);
  }
  Client client(collector.url());
  const Reply reply = client.send(
      {.target = "/workflows/runs/r/trace", .headers = {{"Authorization", "Bearer s3cret"}}});
  CHECK(reply.status == 200);
}

TEST_CASE("a header that is too large or malformed is refused and ends the connection") {
  Collector collector;
  {
    Client client(collector.url());
    client.write("GET /workflows/runs HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
    CHECK(client.read_reply().status == 431);
    CHECK(client.is_closed_by_peer());
  }
  {
    Client client(collector.url());
    client.write("hello\r\n\r\n");
    CHECK(client.read_reply().status == 400);
    CHECK(client.is_closed_by_peer());
  }
}

TEST_CASE("pipelined requests get their responses in order") {
  Collector collector;
  Client client(collector.url());
  client.post(line_of("r", events_of("r", 1, 1)));
  client.write(
      "GET /workflows/runs/r/status HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "GET /workflows/runs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(client.read_reply().json().at("runId") == "r");
  CHECK(client.read_reply().status == 404);
  CHECK(client.read_reply().json().at("runs").as_array().size() == 1);
  CHECK(client.is_closed_by_peer());
}

TEST_CASE("run ids of any characters can be addressed") {
  Collector collector;
  Client client(collector.url());
  const std::string run_id = "a/b c?d&ü%";
  client.post(line_of(run_id, events_of(run_id, 1, 1)));
  const Reply reply = client.get("/workflows/runs/a%2Fb%20c%3Fd%26%C3%BC%25/trace");
  CHECK(reply.status == 200);
  CHECK(reply.json().at("runId").as_string() == run_id);
}
