// SPDX-License-Identifier: Apache-2.0
// Requests whose head is malformed, comes from a page of another origin, or names another host.
#include <fmt/format.h>

#include "attack/requests/hostile_requests.hpp"

namespace trace::testing {
namespace {

using End = HostileRequest::End;
using Requests = std::vector<HostileRequest>;

constexpr std::string_view host = "Host: localhost\r\n";

std::string whole_post(std::string_view headers) {
  return fmt::format("POST /trace/events HTTP/1.1\r\n{}Content-Length: {}\r\n\r\n{}", headers,
                     hostile_line().size(), hostile_line());
}

std::string with_request_line(std::string_view line) {
  return fmt::format("{}\r\n{}\r\n", line, host);
}

}  // namespace

std::string bare_get(std::string_view headers) {
  return fmt::format("GET /workflows/runs HTTP/1.1\r\n{}\r\n", headers);
}

Requests hostile_syntax() {
  Requests all;
  const auto refused = [&all](const char* name, const std::string& bytes, int status = 400) {
    all.push_back({End::refused, name, bytes, status});
  };
  const auto bad_header = [&](const char* name, const std::string& line) {
    refused(name, bare_get(std::string(host) + line));
  };
  refused("lines end with LF", "GET /workflows/runs HTTP/1.1\nHost: localhost\n\n");
  refused("the head ends with LF LF", "GET /workflows/runs HTTP/1.1\r\nHost: localhost\n\n");
  refused("the head ends with CR CR", "GET /workflows/runs HTTP/1.1\r\nHost: localhost\r\r");
  refused("an empty line first", "\r\n" + bare_get(host));
  refused("a space first", " " + bare_get(host));
  refused("a tab between method and target", with_request_line("GET\t/workflows/runs HTTP/1.1"));
  refused("two spaces after the method", with_request_line("GET  /workflows/runs HTTP/1.1"));
  refused("two spaces before the version", with_request_line("GET /workflows/runs  HTTP/1.1"));
  refused("a space after the version", with_request_line("GET /workflows/runs HTTP/1.1 "));
  refused("a space in the target", with_request_line("GET /workflows/runs /x HTTP/1.1"));
  refused("a NUL in the target", with_request_line(std::string("GET /\0 HTTP/1.1", 15)));
  refused("no version", with_request_line("GET /workflows/runs"));
  refused("HTTP/0.9", "GET /workflows/runs\r\n\r\n");
  refused("HTTP/1.2", with_request_line("GET /workflows/runs HTTP/1.2"), 505);
  refused("HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
  refused("HTTP/1.1.1", with_request_line("GET /workflows/runs HTTP/1.1.1"), 505);
  refused("http/1.1", with_request_line("GET /workflows/runs http/1.1"));
  refused("ICAP/1.1", with_request_line("GET /workflows/runs ICAP/1.1"));
  refused("no method", with_request_line("/workflows/runs HTTP/1.1"));
  refused("a method that is no word", with_request_line("GE(T /workflows/runs HTTP/1.1"));
  refused("a TLS handshake", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));
  refused("a greeting of SSH", "SSH-2.0-OpenSSH_9.2\r\n\r\n");
  refused("a command of redis", "*1\r\n$4\r\nPING\r\n\r\n");
  refused("bytes of 255", std::string(64, '\xff') + "\r\n\r\n");
  refused("a line of 20 KB",
          bare_get(std::string(host) + "X: " + std::string(20'000, 'x') + "\r\n"), 431);
  refused("a target of 20 KB", with_request_line("GET /" + std::string(20'000, 'x') + " HTTP/1.1"),
          431);
  refused("a method of 20 KB", std::string(20'000, 'G') + " / HTTP/1.1\r\n\r\n", 431);
  std::string lines(host);
  for (int i = 0; i < 200; ++i) lines += "X: y\r\n";
  refused("200 lines", bare_get(lines), 431);
  bad_header("a NUL in a name", std::string("X\0Y: z\r\n", 8));
  bad_header("a NUL in a value", std::string("X: \0\r\n", 6));
  bad_header("a control character in a value", "X: \x01\r\n");
  bad_header("DEL in a value", "X: \x7f\r\n");
  bad_header("a space in a name", "X Y: z\r\n");
  bad_header("a space before the colon", "X : z\r\n");
  bad_header("no name", ": z\r\n");
  bad_header("no colon", "nonsense\r\n");
  bad_header("a name that is no word", "X[]: z\r\n");
  bad_header("a folded value", "X: y\r\n z\r\n");
  bad_header("a folded value of nothing", "X: y\r\n \r\n");
  bad_header("CR in a value", "X: y\rz\r\n");
  bad_header("a broken Connection", "Connection: ,;,\r\n");
  refused("a fold after the request line", bare_get(" X: y\r\nHost: localhost\r\n"));
  for (const char* value : {"200-ok", "100-continue, 200-ok", "100-continue;x", ""}) {
    refused("an Expect that is unknown", whole_post(fmt::format("{}Expect: {}\r\n", host, value)),
            417);
  }
  refused("two Expect", whole_post(std::string(host) + "Expect: 100-continue\r\nExpect: x\r\n"));
  all.push_back({End::cut_off, "a head that is cut off", "GET /workflows/runs HTTP/1.1\r\nHo"});
  all.push_back({End::cut_off, "a head without its empty line",
                 "GET /workflows/runs HTTP/1.1\r\nHost: localhost\r\n"});
  all.push_back({End::cut_off, "nothing at all", ""});
  return all;
}

Requests hostile_hosts(unsigned short port) {
  Requests all;
  const auto get = [&](const std::string& value, int status) {
    all.push_back(
        {End::responded, "Host: " + value, bare_get(fmt::format("Host: {}\r\n", value)), status});
  };
  const auto refused = [&](const char* name, const std::string& bytes) {
    all.push_back({End::refused, name, bytes, 400});
  };
  refused("no Host", bare_get(""));
  refused("an empty Host", bare_get("Host: \r\n"));
  refused("two Host", bare_get("Host: localhost\r\nHost: localhost\r\n"));
  refused("two Host, one of them evil", bare_get("Host: localhost\r\nHost: evil.example\r\n"));
  refused("a folded Host", bare_get("Host: localhost\r\n .evil.example\r\n"));
  refused("a space before Host's colon", bare_get("Host : localhost\r\n"));
  const std::string ours = fmt::format(":{}", port);
  for (const std::string name :
       {"evil.example", "evil.example.", "localhost.evil.example", "127.0.0.1.evil.example",
        "xlocalhost", "localhost.x", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "0.0.0.0",
        "10.0.0.1", "128.0.0.1", "[::2]", "[::]", "[::ffff:10.0.0.1]"}) {
    get(name + ours, 421);
  }
  get("evil.example", 421);
  get("localhost:1", 421);
  get("127.0.0.1:80", 421);
  get("[::1]:1", 421);
  for (const std::string name :
       {"localhost@evil.example", "evil.example#localhost", "localhost/evil", "localhost, evil",
        "localhost localhost", "[::1", "[::1]x", "[localhost]", "::1", "127.0.0.1:99999",
        "127.0.0.1:-1", "127.0.0.1:", "127.0.0.1:80:80", ":80", ".", "localhost%2eevil",
        "l\xc3\xb6"
        "calhost",
        "http://localhost"}) {
    get(name, 400);
  }
  const auto target = [&](const std::string& text, int status) {
    all.push_back(
        {End::responded, text, fmt::format("GET {} HTTP/1.1\r\n{}\r\n", text, host), status});
  };
  target("http://evil.example/workflows/runs", 421);
  target("HTTP://EVIL.EXAMPLE/workflows/runs", 421);
  target(fmt::format("http://evil.example:{}/workflows/runs", port), 421);
  target("http://localhost@evil.example/workflows/runs", 400);
  target("http:///workflows/runs", 404);
  target("https://localhost/workflows/runs", 404);
  target("evil.example:443", 404);
  target("*", 404);
  return all;
}

Requests hostile_origins(unsigned short port) {
  Requests all;
  const std::string type = std::string(host) + "Content-Type: application/x-ndjson\r\n";
  const auto post = [&](const std::string& headers, int status) {
    all.push_back(
        {End::refused, headers.substr(0, headers.size() - 2), whole_post(type + headers), status});
  };
  for (const std::string origin :
       {"http://evil.example", "https://evil.example", "null", "NULL", "file://", "http://", "*",
        "chrome-extension://abcdef", "http://localhost.evil.example", "http://localhost:1",
        "http://evil.example http://localhost"}) {
    post(fmt::format("Origin: {}\r\n", origin), 403);
  }
  for (const char* origin : {"http://127.0.0.1:{}", "http://localhost:{}.evil.example",
                             "http://localhost:{}@evil.example", "https://localhost:{}",
                             "http://localhost:{}/", "ws://localhost:{}", "localhost:{}"}) {
    post(fmt::format("Origin: {}\r\n", fmt::format(fmt::runtime(origin), port)), 403);
  }
  post("Origin: http://localhost\r\nOrigin: http://evil.example\r\n", 400);
  for (const char* site : {"cross-site", "same-site", "nonsense"}) {
    post(fmt::format("Sec-Fetch-Site: {}\r\n", site), 403);
    post(fmt::format("Origin: http://localhost\r\nSec-Fetch-Site: {}\r\n", site), 403);
    post(fmt::format("Sec-Fetch-Site: {}\r\nSec-Fetch-Mode: navigate\r\n"
                     "Sec-Fetch-Dest: document\r\n",
                     site),
         403);
  }
  const auto get = [&](const char* name, const std::string& headers) {
    all.push_back({End::responded, name, bare_get(std::string(host) + headers), 403});
  };
  get("an image of another page", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Dest: image\r\n");
  get("a frame in another page",
      "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n");
  get("a WebSocket of another page",
      "Origin: http://evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n");
  all.push_back({End::responded, "a preflight of another page",
                 fmt::format("OPTIONS /trace/events HTTP/1.1\r\n{}Origin: http://evil.example\r\n"
                             "Access-Control-Request-Method: POST\r\n\r\n",
                             host),
                 403});
  all.push_back({End::responded, "a stream for another page",
                 fmt::format("GET /workflows/runs/good/stream HTTP/1.1\r\n{}"
                             "Origin: http://evil.example\r\n\r\n",
                             host),
                 403});
  return all;
}

Requests hostile_content() {
  Requests all;
  const auto post = [&](const std::string& headers, int status) {
    all.push_back({End::refused, headers.substr(0, headers.size() - 2),
                   whole_post(std::string(host) + headers), status});
  };
  post("X: no content type\r\n", 415);
  for (const char* type : {"text/plain", "text/plain; application/x-ndjson", "text/html",
                           "multipart/form-data", "application/x-www-form-urlencoded", "",
                           "application/x-ndjson, text/plain", "x application/x-ndjson"}) {
    post(fmt::format("Content-Type: {}\r\n", type), 415);
  }
  const std::string type = "Content-Type: application/x-ndjson\r\n";
  post(type + type, 400);
  post(type + "Content-Type: text/plain\r\n", 400);
  post(type + "Content-Encoding: lz4\r\n", 415);
  post(type + "Content-Encoding: gzip, gzip\r\n", 415);
  post(type + "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", 400);
  for (const char* method : {"PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "post", "OPTIONS"}) {
    std::string bytes = whole_post(std::string(host) + type);
    bytes.replace(0, 4, method);
    all.push_back({End::refused, method, bytes, 405});
  }
  all.push_back({End::responded, "a body that is not gzip",
                 whole_post(std::string(host) + type + "Content-Encoding: gzip\r\n"), 400});
  all.push_back({End::responded, "a body that is not zstd",
                 whole_post(std::string(host) + type + "Content-Encoding: zstd\r\n"), 400});
  return all;
}

}  // namespace trace::testing
