// SPDX-License-Identifier: Apache-2.0
// A session of the trial's own process, and limits on its descriptors. One thread.
#pragma once

#include <trace/capture.hpp>
#include <trace/session.hpp>

#include <optional>
#include <string>

#include "support/temp_dir.hpp"

namespace trace::testing {

// Silent; throws with the reason when it cannot be started.
Session started(Config config);

// A session that has what it needs before descriptors are counted: it has captured and delivered,
// and delivers again only when it is closed.
class Prepared {
 public:
  Prepared();
  const std::string& endpoint() const noexcept { return config_.endpoint; }

 private:
  TempDir directory_;
  Config config_;

 public:
  std::optional<Session> session;
  std::optional<Run> run;
};

// Leaves no number free below the highest that is in use, and returns the next one.
int fill_holes();
void limit_descriptors(int most);

}  // namespace trace::testing
