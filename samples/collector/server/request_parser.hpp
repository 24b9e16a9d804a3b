// SPDX-License-Identifier: Apache-2.0
// RequestParser: one HTTP request, parsed from bytes as they arrive. The only part that uses
// Beast's HTTP parser, which compiles slowly. I/O thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "collector/api/response.hpp"
#include "collector/api/routes.hpp"
#include "collector/server/request_rules.hpp"

namespace trace::collector::server {

api::Response body_too_large(std::size_t max_body);

class RequestParser {
 public:
  explicit RequestParser(std::size_t max_body);
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;

  // Parses a whole head that head_fault() accepts. Returns the refusal of a malformed one. Once.
  std::optional<api::Response> parse_head(std::string_view head);

  // Parses the next bytes of the body. What is not consumed is incomplete: call again with more
  // bytes after it. Only while is_done() is false.
  struct Progress {
    std::size_t consumed = 0;
    std::optional<api::Response> refusal = {};  // malformed or too large; nothing follows
  };
  Progress parse_body(std::string_view bytes);
  bool is_done() const;
  std::optional<std::uint64_t> announced_length() const;  // Content-Length

  // Views into the head.
  std::string_view target() const;
  std::string_view field(std::string_view name) const;
  RequestHead head(const api::Target& target) const;
  bool is_http_1_0() const;
  bool is_head_request() const;
  bool keep_alive() const;

  const std::string& body() const;
  void discard_body();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trace::collector::server
