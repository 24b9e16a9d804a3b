// SPDX-License-Identifier: Apache-2.0
// RollingSession: a session over its whole life. A journal numbers 65,536 runs; for later runs the
// session rolls over to a new SessionCore, with an identity and a journal of its own, and ends the
// cores that nobody uses any more. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "session/core.hpp"

namespace trace::detail::session {

class RollingSession {
 public:
  explicit RollingSession(std::shared_ptr<SessionCore> first);

  const std::shared_ptr<SessionCore>& first() const noexcept { return first_; }

  // The run and the core that records for it. Null when no core can be started; the loss is counted
  // then.
  std::pair<std::shared_ptr<SessionCore>, ship::RunInfo*> open_run(std::string_view id,
                                                                   const RunSpec& spec);

  AddSecretResult add_secret(std::string_view value);
  void set_level(Level level);

  bool flush(std::chrono::milliseconds timeout);
  Closed close(std::chrono::milliseconds timeout);
  Stats stats() const;

 private:
  std::vector<std::shared_ptr<SessionCore>> all() const;
  void end_unused();

  const std::shared_ptr<SessionCore> first_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<SessionCore>> cores_;  // oldest first
  Stats ended_;                                      // of the cores that are gone
  std::vector<std::string> left_behind_;             // their journals that still held events
};

}  // namespace trace::detail::session
