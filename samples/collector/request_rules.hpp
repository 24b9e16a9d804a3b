// Which requests are refused before their body is read, and how: credentials, address, method,
// kind of content. Pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "answer.hpp"
#include "router.hpp"

namespace trace::collector {

// The parts of a request's head that decide; empty where it has none.
struct RequestHead {
  std::string_view method = {};
  std::string_view target = {};
  std::string_view authorization = {};
  std::string_view content_type = {};
  std::string_view content_encoding = {};
};

// The refusal, or nothing when the request may be read and answered. `token` empty: none needed.
std::optional<Answer> refusal_of(const RequestHead& head, const std::optional<Route>& route,
                                 std::string_view token);

}  // namespace trace::collector
