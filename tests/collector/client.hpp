// SPDX-License-Identifier: Apache-2.0
// An HTTP client of the tests that sees everything: status, headers, raw bytes, and when they came.
// Each wait is bounded and throws when it takes longer.
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace trace::testing {

struct Reply {
  unsigned status = 0;
  std::string body = {};
  std::map<std::string, std::string> headers = {};  // names in lower case
  bool keep_alive = false;

  boost::json::value json() const;  // of the body; fails the test if it is not JSON
};

struct Request {
  std::string method = "GET";
  std::string target = "/";
  std::string body = {};
  std::map<std::string, std::string> headers = {};
};

// One connection, kept open over several requests.
class Client {
 public:
  explicit Client(const std::string& url,
                  std::chrono::milliseconds patience = std::chrono::seconds(20));
  ~Client();

  Reply send(const Request& request);
  Reply get(const std::string& target) { return send({.target = target}); }
  Reply post(const std::string& body, const std::map<std::string, std::string>& headers = {});

  // Raw access: bytes as they are, a response as HTTP, and whether the server has closed.
  void write(std::string_view bytes);
  Reply read_reply();
  bool is_closed_by_peer();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct StreamEvent {
  std::string name = {};  // "comment" for a comment, which is in `data`
  std::string id = {};
  std::string data = {};

  boost::json::value json() const;
};

// A client of a live stream.
class StreamClient {
 public:
  StreamClient(const std::string& url, const std::string& target,
               const std::map<std::string, std::string>& headers = {});
  ~StreamClient();

  const std::string& head() const noexcept;  // status line and headers
  // The next event or comment; nothing at the end of the stream. Throws after `patience`.
  std::optional<StreamEvent> next(std::chrono::milliseconds patience = std::chrono::seconds(20));
  // The next event of that name; others are skipped. Throws at the end of the stream.
  StreamEvent next(std::string_view name);
  // Everything that came after the head so far.
  const std::string& raw() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trace::testing
