// SPDX-License-Identifier: Apache-2.0
// Generations: the journals of one session. A journal has numbers for 65,536 runs; for later ones
// the session continues in a new generation, with an identity and a journal of its own, and closes
// the generations that are not used any more.
//
// Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "session/core.hpp"

namespace trace::detail {

class Generations {
 public:
  explicit Generations(std::shared_ptr<SessionCore> first);

  const std::shared_ptr<SessionCore>& first() const noexcept { return first_; }

  // The run and the generation that records for it. Null if no generation can be started; the loss
  // is counted.
  std::pair<std::shared_ptr<SessionCore>, RunInfo*> open_run(std::string_view id,
                                                             const RunSpec& spec);

  SecretAnswer add_secret(std::string_view value);

  bool flush(std::chrono::milliseconds timeout);
  Closed close(std::chrono::milliseconds timeout);
  Stats stats() const;

 private:
  std::vector<std::shared_ptr<SessionCore>> all() const;
  void end_unused();

  const std::shared_ptr<SessionCore> first_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<SessionCore>> cores_;  // oldest first
  Stats ended_;                                      // of the closed generations
  std::vector<std::string> left_behind_;             // their journals that still contained events
};

}  // namespace trace::detail
