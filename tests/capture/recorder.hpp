// SPDX-License-Identifier: Apache-2.0
// Recorder: a session of a test whose backend is the test. It keeps every event that arrives,
// parsed by the SDK's own validator, and can say that the run was cancelled.
//
// One thread of the test uses it; the events come on the session's shipper thread.
#pragma once

#include <trace/capture.hpp>
#include <trace/trace.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/temp_dir.hpp"

namespace trace::testing {

class Recorder {
 public:
  // With `each`, events are given to it instead of kept.
  explicit Recorder(std::function<void(const EventPayload&)> each = {});

  Session& session() { return *session_; }
  Node node() { return run_->node("n"); }

  // Every event so far, in order.
  std::vector<EventPayload> events();
  // From the next batch on, the backend says that the run is cancelled.
  void cancel_run();

 private:
  struct Store;
  TempDir directory_;
  std::shared_ptr<Store> store_;
  std::optional<Session> session_;
  std::optional<Run> run_;
};

// The messages of the lines that came from the stream.
std::vector<std::string> lines_of(const std::vector<EventPayload>& events, Stream stream);
bool has(const std::optional<std::string>& text, std::string_view part);

}  // namespace trace::testing
