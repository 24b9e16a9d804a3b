// Arbitrary responses to a batch. Whatever the bytes are, events count as
// acknowledged only by a complete and well-formed body of a success, and as rejected only by the
// error of a backend; what people read of it is one line.
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/verdict.hpp"

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

void judge(const Reply& reply) {
  static AnswerParser parser;
  const SendResult result = verdict(reply, "http://backend", now, parser);
  const bool success = reply.status >= 200 && reply.status < 300;
  const bool complete = reply.end == Reply::End::complete;
  switch (result.kind) {
    case SendResult::Kind::acknowledged:
      require(success && complete && lists_runs(reply.body));
      for (const RunAcknowledgement& run : result.runs) require(!run.run_id.empty());
      return;
    case SendResult::Kind::rejected:
      require(reply.status == 400 || reply.status == 422);
      require(parser.error(reply.body).has_value());
      break;
    case SendResult::Kind::too_large:
      require(reply.status == 413);
      break;
    case SendResult::Kind::interrupted:
      require(reply.end == Reply::End::interrupted);
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
  Reply reply;
  reply.end = static_cast<Reply::End>(data[0] % 5);
  reply.status = statuses[data[1] % std::size(statuses)];
  reply.retry_after = line(bytes);
  reply.location = line(bytes);
  reply.accept_encoding = line(bytes);
  reply.body = bytes;
  judge(reply);
  offers(reply.accept_encoding, "zstd");
  require(is_one_line(one_line(bytes, 40)));
  return 0;
}
