// SPDX-License-Identifier: Apache-2.0
#include "collector/api/routes.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "collector/api/ascii.hpp"

namespace trace::collector::api {
namespace {

using Body = Endpoint::Body;

constexpr std::array<Endpoint, 15> table{{
    {"POST", "/trace/events", &ingest, Body::required},
    {"GET", "/workflows/runs", &runs},
    {"GET", "/workflows/runs/{id}/status", &status},
    {"GET", "/workflows/runs/{id}/trace", &trace},
    {"GET", "/workflows/runs/{id}/gaps", &gaps},
    {"GET", "/workflows/runs/{id}/nodes", &nodes},
    {"GET", "/workflows/runs/{id}/stream", nullptr},
    {"POST", "/workflows/runs/{id}/cancel", &cancel, Body::ignored},
    {"POST", "/workflows/runs/{id}/finish", &finish, Body::ignored},
    {"PUT", "/workflows/runs/{id}", &put_run, Body::required},
    {"GET", "/workflows/runs/{id}/events", &trace},
    {"GET", "/workflows/runs/{id}/dataflows", &dataflows},
    {"GET", "/workflows/runs/{id}/logs", &logs},
    {"GET", "/healthz", &health},
    {"GET", "/metrics", &metrics},
}};

// Nothing when two hexadecimal digits do not follow a '%'.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const std::string_view digits = text.substr(i + 1, 2);
    unsigned char byte = 0;
    const char* const last = digits.data() + digits.size();
    const auto [end, fault] = std::from_chars(digits.data(), last, byte, 16);
    if (digits.size() != 2 || fault != std::errc{} || end != last) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

std::string_view take_until(std::string_view& text, char end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return part;
}

bool read_query(std::string_view text, Request& request) {
  while (!text.empty()) {
    std::string_view value = take_until(text, '&');
    const std::string_view name = take_until(value, '=');
    auto decoded_name = percent_decoded(name);
    auto decoded_value = percent_decoded(value);
    if (!decoded_name || !decoded_value) return false;
    request.parameters.emplace_back(std::move(*decoded_name), std::move(*decoded_value));
  }
  return true;
}

// The run id in `path`, empty when the pattern has none; nothing when the path does not match.
std::optional<std::string> match(std::string_view pattern, std::string_view path) {
  constexpr std::string_view placeholder = "{id}";
  const std::size_t at = pattern.find(placeholder);
  if (at == std::string_view::npos) return path == pattern ? std::optional("") : std::nullopt;
  if (!path.starts_with(pattern.substr(0, at))) return std::nullopt;
  path.remove_prefix(at);
  const std::string_view segment = path.substr(0, path.find('/'));
  if (path.substr(segment.size()) != pattern.substr(at + placeholder.size())) return std::nullopt;
  auto run_id = percent_decoded(segment);
  return run_id && !run_id->empty() ? run_id : std::nullopt;
}

bool accepts(const Endpoint& endpoint, std::string_view method) {
  if (method == endpoint.method) return true;
  return method == "HEAD" && endpoint.method == "GET" && !endpoint.is_feed();
}

}  // namespace

std::optional<std::string> Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name && !value.empty()) return value;
  }
  return std::nullopt;
}

std::span<const Endpoint> endpoints() noexcept { return table; }

Route find_route(std::string_view method, std::string_view target) {
  std::string_view path = take_until(target, '?');
  Request request;
  constexpr std::string_view prefix_of_studio = "/api/v1";
  if (path.starts_with(prefix_of_studio) && path.substr(prefix_of_studio.size()).starts_with('/')) {
    path.remove_prefix(prefix_of_studio.size());
    request.is_of_studio = true;
  }
  if (!read_query(target, request)) return {};
  Route route;
  for (const Endpoint& endpoint : table) {
    auto run_id = match(endpoint.path, path);
    if (!run_id) continue;
    for (const std::string_view known : {endpoint.method, std::string_view("HEAD")}) {
      if (accepts(endpoint, known))
        route.allow += (route.allow.empty() ? "" : ", ") + std::string(known);
    }
    if (!accepts(endpoint, method)) continue;
    route.endpoint = &endpoint;
    route.request = request;
    route.request.run_id = std::move(*run_id);
  }
  return route;
}

Target split_target(std::string_view target) {
  constexpr std::string_view scheme = "http://";
  if (!equals_ignoring_case(target.substr(0, scheme.size()), scheme)) {
    return {.path_and_query = target};
  }
  target.remove_prefix(scheme.size());
  const std::size_t end = std::min(target.find_first_of("/?"), target.size());
  if (end == 0) return {};
  return {.authority = target.substr(0, end), .path_and_query = target.substr(end)};
}

}  // namespace trace::collector::api
