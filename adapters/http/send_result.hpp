// SPDX-License-Identifier: Apache-2.0
// What an HTTP exchange means for the events of a batch: the table of responses in
// docs/ingestion-api.md as one function, and the readers of bodies and header values that it is
// built from.
//
// Used by the transport on its thread. When in doubt the events are kept: only a complete and
// well-formed body acknowledges or rejects anything. All functions accept any bytes, such as a
// proxy's HTML, and throw only when memory runs out.
#pragma once

#include <simdjson.h>
#include <trace/transport.hpp>

#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/connection.hpp"

namespace trace::http {

// Keeps the parser's buffers: one per thread.
class ResponseParser {
 public:
  // The body of a success. Empty unless all of it is what the API defines: a partial
  // acknowledgement must not acknowledge anything. Unknown keys and statuses are skipped.
  std::optional<std::vector<RunAcknowledgement>> acknowledgement(std::string_view body);

  // The {"error":{"field","message"}} of a backend that refuses a request: "field: message", one
  // line, bounded.
  std::optional<std::string> error(std::string_view body);

 private:
  simdjson::dom::parser parser_;
};

// Retry-After, in seconds or as a date, clamped to 0 … longest_retry_after. Empty when it is
// neither.
inline constexpr std::chrono::milliseconds longest_retry_after = std::chrono::minutes{15};
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text, std::time_t now);

// True when a list such as "gzip;q=0.5, zstd" (RFC 9110, Accept-Encoding) allows `coding` by its
// name, with a weight other than 0.
bool offers(std::string_view accept_encoding, std::string_view coding);

// Foreign text, reduced to one line for a message: control characters become spaces; at most
// `longest` bytes, cut between characters.
std::string one_line(std::string_view text, std::size_t longest = 300);

// `where` is the URL as people may see it; `now` is for dates in Retry-After.
SendResult send_result(const Response& response, std::string_view where, std::time_t now,
                       ResponseParser& parser);

// Why an exchange has no usable response, in words that say what to do. Also for the client.
std::string failure_text(const Response& response);

}  // namespace trace::http
