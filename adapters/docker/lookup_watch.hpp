// SPDX-License-Identifier: Apache-2.0
// LookupWatch: detects failed name lookups in the output of a container without a network: the most
// common reason why such a container fails, and one that its message does not show. Scans a bounded
// part of each stream. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <trace/event.hpp>

namespace trace::docker {

class LookupWatch {
 public:
  void see(Stream stream, std::string_view bytes);
  bool failed() const noexcept { return failed_; }

 private:
  struct Channel {
    std::string end;  // the last bytes, where a message may have begun
    std::size_t seen = 0;
  };
  std::array<Channel, 2> channels_;
  bool failed_ = false;
};

inline constexpr std::string_view lookup_hint =
    "; a name could not be resolved, because the container has no network; use network=bridge";

}  // namespace trace::docker
