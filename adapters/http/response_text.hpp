// SPDX-License-Identifier: Apache-2.0
// The text of an ingesting backend's responses: bodies (docs/ingestion-api.md) and header values.
//
// Pure functions that send_result() is built from. They accept any bytes, such as a proxy's HTML,
// and throw only when memory runs out. A ResponseParser keeps the parser's buffers: one per thread.
#pragma once

#include <simdjson.h>
#include <trace/transport.hpp>

#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trace::http {

// {"error":{"field","message"}} of a backend that refuses a request.
struct ErrorBody {
  std::string field;  // empty: none was named
  std::string message;
  std::string text() const;  // "field: message", one line, bounded
};

class ResponseParser {
 public:
  // The body of a success. Empty unless all of it is what the API defines: a partial
  // acknowledgement must not acknowledge anything. Unknown keys and statuses are skipped.
  std::optional<std::vector<RunAcknowledgement>> acknowledgement(std::string_view body);

  std::optional<ErrorBody> error(std::string_view body);

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

// Text of others for a message on one line: control characters become spaces; at most `longest`
// bytes, cut between characters.
std::string one_line(std::string_view text, std::size_t longest = 300);

}  // namespace trace::http
