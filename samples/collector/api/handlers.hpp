// SPDX-License-Identifier: Apache-2.0
// The handlers of the API's endpoints, except for the feed (docs/ingestion-api.md). They run on a
// store thread and throw StoreError.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "collector/api/response.hpp"
#include "collector/api/routes.hpp"
#include "collector/store/store.hpp"

namespace trace::collector::api {

// What the handlers work with.
struct Context {
  store::Store& store;
  std::size_t max_body;  // in bytes, after inflation
  // Called after each batch that was accepted, also one of nothing but duplicates.
  std::function<void(const std::string& run_id)> on_stored;
};

// Stores a body of NDJSON envelopes and acknowledges them. The whole body is validated before its
// first line is stored: a body that cannot be read leaves nothing behind.
Response ingest(const Context& context, const Request& request);

// Runs, the status of one, a page of its events, and its gaps.
Response runs(const Context& context, const Request& request);
Response status(const Context& context, const Request& request);
Response trace(const Context& context, const Request& request);
Response gaps(const Context& context, const Request& request);

}  // namespace trace::collector::api
