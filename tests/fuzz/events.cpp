// SPDX-License-Identifier: Apache-2.0
// Foreign JSON, as a backend receives it. Whatever the bytes are, they are accepted or refused with
// a message; what is accepted is written as JSON that is accepted again and written identically.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <trace/event.hpp>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void event(std::string_view bytes) {
  const auto parsed = trace::parse_event(bytes);
  if (!parsed) {
    require(!parsed.error().text().empty());
    return;
  }
  const std::string written = trace::to_json(*parsed);
  const auto again = trace::parse_event(written);
  require(static_cast<bool>(again));
  require(trace::to_json(*again) == written);
}

void envelope(std::string_view bytes) {
  const auto judged = trace::judge_envelope(bytes);
  const auto parsed = trace::parse_envelope(bytes);
  if (!judged) {
    require(!judged.error().text().empty());
    return;
  }
  // What a backend accepts, every reader accepts; the reverse does not hold, because a backend
  // requires more of ids.
  require(parsed || !judged->invalid.empty());
  const std::string written = trace::to_json(judged->envelope);
  const auto again = trace::judge_envelope(written);
  require(static_cast<bool>(again));
  require(again->invalid.empty());
  require(trace::to_json(again->envelope) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  event(bytes);
  envelope(bytes);
  return 0;
}
