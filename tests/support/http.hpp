// SPDX-License-Identifier: Apache-2.0
// Plain HTTP for tests that look at what the backend stored.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace trace::testing {

struct HttpAnswer {
  int status = 0;  // 0: no response, `body` has the reason
  std::string body;
};

// Headers are whole lines ("Authorization: Bearer x"). Blocks, at the longest for `timeout`.
HttpAnswer http_get(const std::string& url, const std::vector<std::string>& headers = {},
                    std::chrono::milliseconds timeout = std::chrono::seconds(10));
HttpAnswer http_post(const std::string& url, const std::string& body,
                     const std::vector<std::string>& headers = {},
                     std::chrono::milliseconds timeout = std::chrono::seconds(10));

}  // namespace trace::testing
