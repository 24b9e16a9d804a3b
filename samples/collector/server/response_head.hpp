// SPDX-License-Identifier: Apache-2.0
// The head of an HTTP response as bytes, for responses of known length and for feeds. Pure
// functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "collector/api/response.hpp"

namespace trace::collector::server {

struct HeadOptions {
  bool is_http_1_0 = false;
  bool keep_alive = false;
  std::optional<std::size_t> content_length = {};  // nothing: no such header
};

// `sharing`: the headers for pages of allowed origins (server/access_rules.hpp).
std::string response_head(const api::Response& response, const api::Headers& sharing,
                          const HeadOptions& options);

}  // namespace trace::collector::server
