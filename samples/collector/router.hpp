// Which of the API's resources a request means. Knows paths and methods and nothing of HTTP
// libraries. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trace::collector {

enum class Resource : std::uint8_t {
  events,  // POST /trace/events
  runs,    // GET /workflows/runs
  status,  // GET /workflows/runs/{id}/status
  trace,   // GET /workflows/runs/{id}/trace
  stream,  // GET /workflows/runs/{id}/stream
  gaps,    // GET /workflows/runs/{id}/gaps
};

struct Route {
  Resource resource;
  std::string run_id = {};  // decoded; empty for events and runs
  std::vector<std::pair<std::string, std::string>> query = {};  // decoded, in order

  // The first value of that name; nothing when it is absent or empty.
  std::optional<std::string> parameter(std::string_view name) const;
};

// The target of a request's first line: a path with its query, after "http://AUTHORITY" in absolute
// form (RFC 9112, section 3.2.2).
struct Target {
  std::string_view authority = {};
  std::string_view path = {};
};
Target split_target(std::string_view target);

// Nothing when there is no such resource. `target`: the path with its query.
std::optional<Route> find_route(std::string_view target);

// "POST" or "GET".
std::string_view method_of(Resource resource) noexcept;

}  // namespace trace::collector
