// SPDX-License-Identifier: Apache-2.0
// LiveSession: what a shipper asks the session whose events it sends, for its lease. An adopted
// journal has none: its session is dead. Called on the shipper's thread.
#pragma once

namespace trace::detail::ship {

struct RunInfo;

class LiveSession {
 public:
  virtual ~LiveSession() = default;
  // Whether it has ever started a node that it has to end itself. Until then it needs no lease, and
  // nobody misses it. True before that node's STARTED can be read.
  virtual bool has_started_node() const noexcept = 0;
  // Any run with such a node that has not ended, or null.
  virtual RunInfo* run_with_open_node() = 0;
};

}  // namespace trace::detail::ship
