// SPDX-License-Identifier: Apache-2.0
#include "collector/api/response.hpp"

#include <boost/json.hpp>

namespace trace::collector::api {
namespace {

Response unavailable(std::string_view message) {
  Response response = error_response(503, "", message);
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace

Response json_response(std::string body) {
  return {.content_type = "application/json", .body = std::move(body)};
}

Response error_response(unsigned status, std::string_view field, std::string_view message) {
  boost::json::object error;
  if (!field.empty()) error["field"] = field;
  error["message"] = message;
  Response response = json_response(boost::json::serialize(boost::json::object{{"error", error}}));
  response.status = status;
  return response;
}

Response unknown_run() { return error_response(404, "runId", "unknown run"); }

Response invalid_cursor() {
  return error_response(400, "cursor", "must be a cursor that this backend returned");
}

Response store_failed(std::string_view what) {
  return unavailable("the store failed: " + std::string(what));
}

Response too_busy() { return unavailable("too many requests at once; try again"); }

}  // namespace trace::collector::api
