// SPDX-License-Identifier: Apache-2.0
// The API's endpoints (docs/ingestion-api.md): the table of method, path and handler of each, and
// the handlers, except for the feed. Knows nothing of HTTP libraries and sockets. Lookups run on
// the I/O thread, handlers on a store thread; these throw StoreError.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/api/content_encoding.hpp"
#include "collector/api/metrics.hpp"
#include "collector/api/response.hpp"
#include "collector/run/watch.hpp"
#include "collector/store/store.hpp"

namespace trace::collector::api {

struct Context {
  store::Store& store;
  run::Watch& watch;
  Metrics& metrics;
  std::size_t max_body;  // in bytes, after inflation
  // Called when something about the run may have been committed.
  std::function<void(const std::string& run_id)> on_stored;
};

struct Request {
  std::string run_id = {};                                           // decoded; empty without {id}
  std::vector<std::pair<std::string, std::string>> parameters = {};  // of the query, decoded
  bool is_of_studio = false;                             // under /api/v1, where some rules differ
  ContentEncoding encoding = ContentEncoding::identity;  // of the body
  std::string_view body = {};

  // The first value with that name; nothing when it is absent or empty.
  std::optional<std::string> parameter(std::string_view name) const;
};

struct Endpoint {
  std::string_view method = {};
  std::string_view path = {};  // {id} is one segment, the run's id
  // Null for a feed, which the server sends as it grows.
  Response (*handle)(const Context& context, const Request& request) = nullptr;

  enum class Body : std::uint8_t { none, required, ignored };
  Body body = Body::none;

  bool is_feed() const noexcept { return handle == nullptr; }
};

std::span<const Endpoint> endpoints() noexcept;

// What the table has for a method and a target.
struct Route {
  const Endpoint* endpoint = nullptr;  // null: 405 when `allow` is not empty, else 404
  std::string allow = {};              // the methods of the path, as the header Allow lists them
  Request request = {};                // without the body
};
// `target`: path and query. HEAD finds the endpoint of GET, except for a feed.
Route find_route(std::string_view method, std::string_view target);

// A request target. In absolute form (RFC 9112, section 3.2.2) it begins with "http://AUTHORITY".
struct Target {
  std::string_view authority = {};
  std::string_view path_and_query = {};
};
Target split_target(std::string_view target);

// Stores a body of NDJSON envelopes and acknowledges them. The whole body is validated before its
// first line is stored: a body that cannot be read leaves nothing behind.
Response ingest(const Context& context, const Request& request);

// Runs, the status of one, a page of its events, and its gaps.
Response runs(const Context& context, const Request& request);
Response status(const Context& context, const Request& request);
Response trace(const Context& context, const Request& request);
Response gaps(const Context& context, const Request& request);
Response nodes(const Context& context, const Request& request);

// Cancel a run, finish one, and store what a workflow engine knows about one.
Response cancel(const Context& context, const Request& request);
Response finish(const Context& context, const Request& request);
Response put_run(const Context& context, const Request& request);

// What a browser client asks for beside the events, and we do not have: nothing.
Response dataflows(const Context& context, const Request& request);
Response logs(const Context& context, const Request& request);

// Whether the store can be read.
Response health(const Context& context, const Request& request);
Response metrics(const Context& context, const Request& request);

}  // namespace trace::collector::api
