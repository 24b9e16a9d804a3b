// SPDX-License-Identifier: Apache-2.0
// Delivery: the load of every trial of a backend's fault, recorded by a real session and compared
// with what a store holds: nothing lost, nothing twice, in order, the heap flat, one diagnostic and
// not a thousand.
#pragma once

#include <trace/trace.hpp>

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "faults/backend/fault_backend.hpp"
#include "faults/table/table.hpp"
#include "support/temp_dir.hpp"

namespace trace::testing {

class Delivery {
 public:
  static constexpr int threads = 2;
  static constexpr int events_per_thread = 1000;
  // Of two threads on the run "shared" and one on the run "other".
  static constexpr int events = (threads + 1) * events_per_thread;

  // `config` needs no directory and no callback.
  Delivery(Trial& trial, const std::string& endpoint, Config config = {});

  Session& session() { return *session_; }
  std::string journal_dir() const { return directory_.path().string(); }

  // Records the load.
  void record_all();
  // Flushes repeatedly; true if all was resolved.
  bool deliver(std::chrono::milliseconds patience = std::chrono::seconds(30));
  // Closes; everything has to be delivered.
  void close();
  // Closes; nothing can have been delivered.
  void close_with_all_kept();

  // Each run's messages against what was recorded.
  void compare(const std::map<std::string, std::vector<StoredEvent>>& stored);
  // Number of diagnostics by reason.
  std::map<std::string, int> diagnostics() const;
  // The heap and the diagnostics; `reported`: the reason that has to be among them, once.
  void check_calm(const std::string& reported);

 private:
  Trial& trial_;
  TempDir directory_;
  mutable std::mutex mutex_;
  std::map<std::string, int> diagnostics_;
  std::size_t heap_before_ = 0;
  std::optional<Session> session_;
};

}  // namespace trace::testing
