// Answers of an ingesting backend, read from whatever bytes came back.
//
// Pure functions that the transport's verdict is built from (docs/ingestion-api.md defines the
// bodies). They take bytes of any origin, a proxy's HTML as well, and never throw for them; only
// memory can run out. No shared state but the parser's buffers: one AnswerParser per thread.
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

// The {"error":{"field","message"}} of a backend that refuses a request.
struct ErrorBody {
  std::string field;  // empty: none was named
  std::string message;
  std::string text() const;  // "field: message", one line, bounded
};

class AnswerParser {
 public:
  // The body of a success. Nothing when it is not entirely what the API defines: half of an
  // acknowledgement must not move anything. Unknown keys are skipped; so is a status that we do
  // not know.
  std::optional<std::vector<RunAcknowledgement>> acknowledgement(std::string_view body);

  std::optional<ErrorBody> error(std::string_view body);

 private:
  simdjson::dom::parser parser_;
};

// Retry-After as seconds or as a date; a date that has passed is 0, more than `longest_retry_after`
// is that. Nothing when it is neither.
inline constexpr std::chrono::milliseconds longest_retry_after = std::chrono::minutes{15};
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text, std::time_t now);

// True when a list such as "gzip;q=0.5, zstd" (RFC 9110, Accept-Encoding) allows `coding` by its
// name, with a weight other than 0.
bool offers(std::string_view accept_encoding, std::string_view coding);

// Foreign text for a message on one line: control characters become spaces, at most `longest`
// bytes, cut at a character.
std::string one_line(std::string_view text, std::size_t longest = 300);

}  // namespace trace::http
