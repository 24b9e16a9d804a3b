#include "router.hpp"

#include <algorithm>

#include "ascii.hpp"

namespace trace::collector {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Nothing for a '%' that two hexadecimal digits do not follow.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::string_view take_until(std::string_view& text, char end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return part;
}

bool read_query(std::string_view text, Route& route) {
  while (!text.empty()) {
    std::string_view value = take_until(text, '&');
    const std::string_view name = take_until(value, '=');
    auto decoded_name = percent_decoded(name);
    auto decoded_value = percent_decoded(value);
    if (!decoded_name || !decoded_value) return false;
    route.query.emplace_back(std::move(*decoded_name), std::move(*decoded_value));
  }
  return true;
}

std::optional<Resource> resource_of_run(std::string_view name) {
  if (name == "status") return Resource::status;
  if (name == "trace") return Resource::trace;
  if (name == "stream") return Resource::stream;
  if (name == "gaps") return Resource::gaps;
  return std::nullopt;
}

std::optional<Route> route_of_path(std::string_view path) {
  constexpr std::string_view runs = "/workflows/runs";
  if (path == "/trace/events") return Route{Resource::events};
  if (!path.starts_with(runs)) return std::nullopt;
  path.remove_prefix(runs.size());
  if (path.empty()) return Route{Resource::runs};
  if (path.front() != '/') return std::nullopt;
  path.remove_prefix(1);
  const auto run_id = percent_decoded(take_until(path, '/'));
  const auto resource = resource_of_run(path);
  if (!run_id || run_id->empty() || !resource) return std::nullopt;
  return Route{*resource, *run_id};
}

}  // namespace

std::optional<std::string> Route::parameter(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name && !value.empty()) return value;
  }
  return std::nullopt;
}

Target split_target(std::string_view target) {
  constexpr std::string_view scheme = "http://";
  if (!is_same_word(target.substr(0, scheme.size()), scheme)) return {.path = target};
  target.remove_prefix(scheme.size());
  const std::size_t end = std::min(target.find_first_of("/?"), target.size());
  if (end == 0) return {};
  return {.authority = target.substr(0, end), .path = target.substr(end)};
}

std::optional<Route> find_route(std::string_view target) {
  const std::string_view path = take_until(target, '?');
  std::optional<Route> route = route_of_path(path);
  if (route && !read_query(target, *route)) return std::nullopt;
  return route;
}

std::string_view method_of(Resource resource) noexcept {
  return resource == Resource::events ? "POST" : "GET";
}

}  // namespace trace::collector
