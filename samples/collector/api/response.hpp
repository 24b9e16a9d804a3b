// SPDX-License-Identifier: Apache-2.0
// Response: what the API returns for a request, independent of any HTTP library. Made on a store
// thread or the I/O thread, sent on the I/O thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trace::collector::api {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Of the payloads, in the header Trace-Contract of requests and responses.
inline constexpr std::string_view contract_version = "2025-10-13";

struct Response {
  unsigned status = 200;
  std::string content_type = {};  // empty: no body
  std::string body = {};
  Headers headers = {};  // in addition to those of every response
};

Response json_response(std::string body);

// {"error":{"field":…,"message":…}}, the body of every response with a status of 400 and above.
Response error_response(unsigned status, std::string_view field, std::string_view message);

Response unknown_run();
Response invalid_cursor();

// 503 with Retry-After: the store cannot be used at the moment.
Response store_failed(std::string_view what);
// 503 with Retry-After: no memory is left for the request or its response.
Response too_busy();

}  // namespace trace::collector::api
