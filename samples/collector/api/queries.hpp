// SPDX-License-Identifier: Apache-2.0
// Queries: the read API, except for the feed: runs, their status, pages of their events and their
// gaps (docs/ingestion-api.md). Runs on a store thread; throws StoreError.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "collector/api/response.hpp"
#include "collector/api/routes.hpp"
#include "collector/store/store.hpp"

namespace trace::collector::api {

class Queries {
 public:
  explicit Queries(store::Store& store) : store_(store) {}

  Response runs(const Request& request);
  Response status(const Request& request);
  Response trace(const Request& request);
  Response gaps(const Request& request);

 private:
  store::Store& store_;
};

// The position that a cursor names: 0 without one, nothing when it is invalid.
std::optional<std::uint64_t> position_of(const std::optional<std::string>& cursor);

Response unknown_run();
Response invalid_cursor();

}  // namespace trace::collector::api
