// Ingestion: one request body of NDJSON envelopes into the store, and the answer that tells the
// sender what is stored (docs/ingestion-api.md).
//
// A body is judged whole before its first line is stored: what cannot be read is refused without
// leaving half of it behind. Runs on the store thread.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "answer.hpp"
#include "inflate.hpp"
#include "store.hpp"

namespace trace::collector {

class Ingestion {
 public:
  // Told of each run whose events (or status) have just been committed.
  using Stored = std::function<void(const std::string& run_id)>;

  Ingestion(Store& store, std::size_t max_body, Stored stored)
      : store_(store), max_body_(max_body), stored_(std::move(stored)) {}

  Answer take(Encoding encoding, std::string_view body);

 private:
  Answer take_lines(std::string_view lines);

  Store& store_;
  std::size_t max_body_;
  Stored stored_;
};

}  // namespace trace::collector
