// SPDX-License-Identifier: Apache-2.0
#include "emitter/backend/backend.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <optional>

namespace trace::cli::backend {
namespace {

// The message of {"error":{"field","message"}} or of {"message"}; bodies from other servers have
// none.
std::optional<std::string> message_of(const std::string& body) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(body).get(document) != simdjson::SUCCESS) return std::nullopt;
  std::string_view message;
  if (document["error"]["message"].get(message) == simdjson::SUCCESS ||
      document["message"].get(message) == simdjson::SUCCESS) {
    return std::string(message);
  }
  return std::nullopt;
}

std::string advice(int status) {
  switch (status) {
    case 401:
    case 403:
      return "give a file with a valid token with --token-file";
    case 404:
      return "check --run and --endpoint";
    case 400:
      return "check --cursor and --run";
    default:
      return status >= 300 && status < 400
                 ? "redirects are not followed; give the URL of the backend itself"
                 : "try again later, or read the backend's log";
  }
}

}  // namespace

Result<Backend> Backend::open(const Config& config) {
  if (config.transport != "http") {
    return Error("transport", fmt::format("cannot read from {}; use --transport http and the "
                                          "--endpoint of a backend",
                                          config.transport));
  }
  const auto options = http::http_options(config);
  if (!config.unreadable.empty() || !options) {
    std::vector<FieldError> errors = config.unreadable;
    if (!options) {
      const auto& others = options.error().fields();
      errors.insert(errors.end(), others.begin(), others.end());
    }
    return Error(std::move(errors));
  }
  return Backend(http::HttpClient(*options), config.endpoint);
}

Error Backend::refusal(const http::HttpResponse& response) const {
  const auto message = message_of(response.body);
  return Error("", fmt::format("{} responded with {}{}{}: {}", endpoint_, response.status,
                               message ? ", " : "", message.value_or(""), advice(response.status)));
}

Result<std::string> Backend::get(std::string_view path) {
  auto response = client_.get(path);
  if (!response) return response.error();
  if (response->status != 200) return refusal(*response);
  return std::move(response->body);
}

Result<std::optional<std::string>> Backend::get_if_known(std::string_view path) {
  auto response = client_.get(path);
  if (!response) return response.error();
  if (response->status == 404 || response->status == 405) return std::optional<std::string>();
  if (response->status != 200) return refusal(*response);
  return std::optional(std::move(response->body));
}

Result<bool> Backend::stream(std::string_view path, const http::HttpClient::OnChunk& on_bytes,
                             bool& refused) {
  refused = false;
  const auto response = client_.stream(path, on_bytes);
  if (!response) return response.error();
  if (response->status == 200) return true;
  refused = response->status < 500 && response->status != 408 && response->status != 429;
  return refusal(*response);
}

std::string run_path(std::string_view run, std::string_view rest) {
  return fmt::format("/workflows/runs/{}{}", http::percent_encoded(run), rest);
}

}  // namespace trace::cli::backend
