// SPDX-License-Identifier: Apache-2.0
// Ingestion: stores a request body of NDJSON envelopes and makes the response that acknowledges
// them (docs/ingestion-api.md).
//
// The whole body is validated before its first line is stored: a body that cannot be read leaves
// nothing behind. Runs on a store thread.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "collector/api/routes.hpp"
#include "collector/store/store.hpp"

namespace trace::collector::api {

class Ingestion {
 public:
  // Called after each batch that was accepted, also one of nothing but duplicates.
  using OnStored = std::function<void(const std::string& run_id)>;

  Ingestion(store::Store& store, std::size_t max_body, OnStored on_stored)
      : store_(store), max_body_(max_body), on_stored_(std::move(on_stored)) {}

  Response ingest(const Request& request);

 private:
  Response ingest_lines(std::string_view body);

  store::Store& store_;
  std::size_t max_body_;
  OnStored on_stored_;
};

}  // namespace trace::collector::api
