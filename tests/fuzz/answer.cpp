// SPDX-License-Identifier: Apache-2.0
// Arbitrary responses to a batch. Whatever the bytes are, events count as
// acknowledged only by a complete and well-formed body of a success, and as rejected only by the
// error of a backend; what people read of it is one line.
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/send_result.hpp"

namespace {

using namespace trace;
using namespace trace::http;

constexpr std::time_t now = 1'760'356'800;

void require(bool holds) {
  if (!holds) std::abort();
}

// {"runs":[{"runId":"…", …}, …]}, read a second time and in another way.
bool lists_runs(const std::string& body) {
  simdjson::dom::parser parser;
  simdjson::dom::array runs;
  if (parser.parse(body)["runs"].get(runs) != simdjson::SUCCESS) return false;
  for (const simdjson::dom::element run : runs) {
    std::string_view id;
    if (run["runId"].get(id) != simdjson::SUCCESS || id.empty()) return false;
  }
  return true;
}

bool is_one_line(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) return false;
  }
  return true;
}

void judge(const Response& response) {
  static ResponseParser parser;
  const SendResult result = send_result(response, "http://backend", now, parser);
  const bool success = response.status >= 200 && response.status < 300;
  const bool complete = response.end == Response::End::complete;
  switch (result.kind) {
    case SendResult::Kind::acknowledged:
      require(success && complete && lists_runs(response.body));
      for (const RunAcknowledgement& run : result.runs) require(!run.run_id.empty());
      return;
    case SendResult::Kind::rejected:
      require(response.status == 400 || response.status == 422);
      require(parser.error(response.body).has_value());
      break;
    case SendResult::Kind::too_large:
      require(response.status == 413);
      break;
    case SendResult::Kind::interrupted:
      require(response.end == Response::End::interrupted);
      break;
    case SendResult::Kind::retry_later:
    case SendResult::Kind::refused:
      break;
  }
  require(result.runs.empty());
  require(!result.detail.empty() && is_one_line(result.detail));
  if (result.retry_after) {
    require(result.retry_after->count() >= 0 && *result.retry_after <= longest_retry_after);
  }
}

// Takes a line of the input.
std::string line(std::string_view& bytes) {
  const std::size_t end = bytes.find('\n');
  std::string text(bytes.substr(0, end));
  bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  return text;
}

}  // namespace

// The first byte says how the exchange ended, the second what the status is; then come a line each
// of Retry-After, Location and Accept-Encoding, and the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int statuses[] = {200, 202, 204, 301, 400, 401, 403, 404, 408, 413, 422, 429, 500, 503};
  if (size < 2) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  Response response;
  response.end = static_cast<Response::End>(data[0] % 5);
  response.status = statuses[data[1] % std::size(statuses)];
  response.retry_after = line(bytes);
  response.location = line(bytes);
  response.accept_encoding = line(bytes);
  response.body = bytes;
  judge(response);
  offers(response.accept_encoding, "zstd");
  require(is_one_line(one_line(bytes, 40)));
  return 0;
}
