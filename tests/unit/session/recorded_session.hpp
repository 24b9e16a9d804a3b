// SPDX-License-Identifier: Apache-2.0
// A session of a test whose transport keeps what it is given, parsed by the SDK's own validator.
#pragma once

#include <trace/trace.hpp>

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "support/temp_dir.hpp"

namespace trace::detail::session {
struct NodeState;
}

namespace trace::testing {

detail::session::NodeState* state_of(const Node& node);

class RecordedSession {
 public:
  explicit RecordedSession(Config config = {}, std::vector<Credential> credentials = {});

  // Does not wait for a broken backend.
  ~RecordedSession();
  RecordedSession(const RecordedSession&) = delete;
  RecordedSession& operator=(const RecordedSession&) = delete;

  Session& session() { return *session_; }
  Stats stats() const { return session_->stats(); }
  // The run "run", opened once.
  Run& run() { return *run_; }
  // Everything recorded so far, delivered, in the order of delivery. Fails the test when an
  // envelope breaks the contract.
  std::vector<EventPayload> events();
  // The envelopes that were delivered so far.
  std::vector<std::string> lines() const;
  // The last diagnostic of the reason, waited for, or "".
  std::string observed(const std::string& reason);
  // The same, without waiting.
  std::string observed_so_far(const std::string& reason) const;
  // Releases the run "run".
  void forget_run() { run_.reset(); }
  std::string journal_dir() const { return directory_.path().string(); }
  // From now on every send fails.
  void break_backend();
  void heal_backend();

 private:
  struct Store;
  bool is_broken() const;

  TempDir directory_;
  std::shared_ptr<Store> store_;
  std::optional<Session> session_;
  std::optional<Run> run_;
};

}  // namespace trace::testing
