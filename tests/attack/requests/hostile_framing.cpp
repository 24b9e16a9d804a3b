// SPDX-License-Identifier: Apache-2.0
// Requests that two readers could see differently: where does the body end, and the next begin?
#include <fmt/format.h>

#include "attack/requests/hostile_requests.hpp"

namespace trace::testing {
namespace {

using End = HostileRequest::End;
using Requests = std::vector<HostileRequest>;

std::string chunk(std::string_view data) {
  return fmt::format("{:x}\r\n{}\r\n", data.size(), data);
}
std::string chunked(std::string_view data) { return chunk(data) + "0\r\n\r\n"; }
std::string chunked_post(std::string_view body) {
  return hostile_post("Transfer-Encoding: chunked\r\n", body);
}
std::string length_of_line() { return std::to_string(hostile_line().size()); }

}  // namespace

std::string hostile_line() {
  return R"({"runId":"hostile","events":[{"id":"h1","runId":"hostile","nodeId":"n",)"
         R"("type":"STARTED","level":"info","timestamp":"2025-10-13T12:00:00.000000Z"}]})"
         "\n";
}

std::string hostile_post(std::string_view headers, std::string_view body) {
  return fmt::format(
      "POST /trace/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
      "{}\r\n{}",
      headers, body);
}

Requests hostile_transfer_encodings() {
  Requests all;
  for (const char* value : {"gzip",
                            "identity",
                            "deflate",
                            "compress",
                            "br",
                            "trailers",
                            "cow",
                            "xchunked",
                            "chunkedx",
                            "chunked, chunked",
                            "chunked, identity",
                            "identity, chunked",
                            "gzip, chunked",
                            "chunked,",
                            ", chunked",
                            "chunked;q=1",
                            "\"chunked\"",
                            "chunked gzip",
                            "chunked\tchunked",
                            ""}) {
    all.push_back(
        {End::refused, fmt::format("Transfer-Encoding: {}", value),
         hostile_post(fmt::format("Transfer-Encoding: {}\r\n", value), chunked(hostile_line())),
         501});
  }
  const auto refused = [&all](const char* name, const std::string& headers) {
    all.push_back({End::refused, name, hostile_post(headers, chunked(hostile_line())), 400});
  };
  refused("two Transfer-Encoding", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n");
  refused("chunked, then identity",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n");
  refused("identity, then chunked",
          "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n");
  refused("Content-Length, then chunked", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n");
  refused("chunked, then Content-Length", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n");
  refused("Content-Length and gzip", "Content-Length: 4\r\nTransfer-Encoding: gzip\r\n");
  refused("folded chunked", "Transfer-Encoding:\r\n chunked\r\n");
  refused("chunked, folded on", "Transfer-Encoding: chunked\r\n , identity\r\n");
  refused("space before the colon", "Transfer-Encoding : chunked\r\n");
  refused("tab before the colon", "Transfer-Encoding\t: chunked\r\n");
  refused("space before the name", "X: y\r\n Transfer-Encoding: chunked\r\n");
  refused("vertical tab before chunked", "Transfer-Encoding: \vchunked\r\n");
  refused("NUL after chunked", std::string("Transfer-Encoding: chunked\0\r\n", 30));
  refused("bare CR after chunked", "Transfer-Encoding: chunked\rX: y\r\n");
  refused("bare LF before chunked", "X: y\nTransfer-Encoding: chunked\r\n");
  all.push_back({End::refused, "HTTP/1.0 and chunked",
                 "POST /trace/events HTTP/1.0\r\nHost: localhost\r\nContent-Type: "
                 "application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n" +
                     chunked(hostile_line()),
                 400});
  all.push_back({End::refused, "GET with gzip",
                 bare_get("Host: localhost\r\nTransfer-Encoding: gzip\r\n"), 501});
  return all;
}

Requests hostile_lengths() {
  Requests all;
  const auto refused = [&all](const std::string& headers, int status) {
    const std::string name = headers.substr(0, headers.size() - 2);
    all.push_back({End::refused, name, hostile_post(headers), status});
  };
  for (const char* value :
       {"", "-1", "+5", "0x5", "5 5", "5,5", "5, 5", "5;", "5.0", "1e3", "five", "\xd9\xa5",
        "99999999999999999999", "9223372036854775808", "18446744073709551616", "\"5\""}) {
    refused(fmt::format("Content-Length: {}\r\n", value), 400);
  }
  refused("Content-Length: 16777217\r\n", 413);
  refused("Content-Length: 999999999999999999\r\n", 413);
  refused("Content-Length: 5\r\nContent-Length: 5\r\n", 400);
  refused("Content-Length: 0\r\nContent-Length: " + length_of_line() + "\r\n", 400);
  refused("Content-Length: " + length_of_line() + "\r\ncontent-length: 0\r\n", 400);
  refused("Content-Length : " + length_of_line() + "\r\n", 400);
  refused("Content Length: " + length_of_line() + "\r\n", 400);
  refused("Content-Length:\r\n " + length_of_line() + "\r\n", 400);
  all.push_back(
      {End::refused, "GET with a body",
       bare_get("Host: localhost\r\nContent-Length: " + length_of_line() + "\r\n") + hostile_line(),
       400});
  all.push_back(
      {End::refused, "GET with a chunked body",
       bare_get("Host: localhost\r\nTransfer-Encoding: chunked\r\n") + chunked(hostile_line()),
       400});
  all.push_back(
      {End::cut_off, "a body that is cut off", hostile_post("Content-Length: 10000\r\n")});
  return all;
}

Requests hostile_chunks() {
  Requests all;
  const std::string line = chunk(hostile_line());
  const auto refused = [&all](const char* name, const std::string& body, int status = 400) {
    all.push_back({End::refused, name, chunked_post(body), status});
  };
  refused("chunk size: zz", "zz\r\n" + line);
  refused("chunk size: -5", "-5\r\nabcde\r\n0\r\n\r\n");
  refused("chunk size: +5", "+5\r\nabcde\r\n0\r\n\r\n");
  refused("chunk size: 0x5", "0x5\r\nabcde\r\n0\r\n\r\n");
  refused("chunk size: space before", " 5\r\nabcde\r\n0\r\n\r\n");
  refused("chunk size: none", "\r\n" + line);
  refused("chunk size: 17 digits", "10000000000000005\r\nabcde\r\n0\r\n\r\n");
  refused("chunk size: 16 digits", "ffffffffffffffff\r\nabcde\r\n0\r\n\r\n", 413);
  refused("chunk size: more than a body may have", "1000001\r\nabcde", 413);
  refused("chunk size ends with LF", "5\nabcde\r\n0\r\n\r\n");
  refused("chunk is longer than its size", "3\r\nabcde\r\n0\r\n\r\n");
  refused("chunk ends with LF", "5\r\nabcde\n0\r\n\r\n");
  refused("chunk extension with NUL", std::string("5;a=\0\r\nabcde\r\n0\r\n\r\n", 22));
  refused("chunk extension without a name", "5;=x\r\nabcde\r\n0\r\n\r\n");
  refused("chunk extension of 200 KB", "5;a=" + std::string(200'000, 'a') + "\r\n", 431);
  refused("trailer ends with LF", line + "0\r\nX: y\n\r\n");
  refused("last chunk ends with LF", line + "0\n\r\n");
  refused("trailers end with LF", line + "0\r\n\n");
  refused("trailer with a space before the colon", line + "0\r\nX : y\r\n\r\n");
  refused("trailer without a colon", line + "0\r\nnonsense\r\n\r\n");
  refused("trailer with NUL", line + std::string("0\r\nX: \0\r\n\r\n", 11));
  refused("trailer that sets Transfer-Encoding", line + "0\r\nTransfer-Encoding: chunked\r\n\r\n");
  refused("trailer that sets Content-Length", line + "0\r\nContent-Length: 5\r\n\r\n");
  refused("trailers of 200 KB", line + "0\r\nX: " + std::string(200'000, 'a') + "\r\n\r\n", 431);
  refused("trailer of 65,533 bytes", line + "0\r\nX: " + std::string(65'530, 'a') + "\r\n\r\n",
          431);
  refused("trailer of 100 KB", line + "0\r\nX: " + std::string(100'000, 'a') + "\r\n\r\n", 431);
  refused("chunk extension of 100 KB", "5;a=" + std::string(100'000, 'a') + "\r\n", 431);
  all.push_back({End::cut_off, "cut off in a chunk size", chunked_post(line + "5")});
  all.push_back({End::cut_off, "cut off before the last chunk", chunked_post(line)});
  all.push_back({End::cut_off, "cut off in the trailers", chunked_post(line + "0\r\nX: y\r\n")});
  return all;
}

}  // namespace trace::testing
