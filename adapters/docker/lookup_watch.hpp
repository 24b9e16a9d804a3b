// LookupWatch: looks for failed name lookups in what a container without a network writes: the
// usual reason why such a container fails, and one that its own words do not give away. Looks at a
// bounded part of each stream. One thread.
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
    std::string end;  // of what came, where words may have begun
    std::size_t seen = 0;
  };
  std::array<Channel, 2> channels_;
  bool failed_ = false;
};

inline constexpr std::string_view lookup_hint =
    "; a name could not be resolved, and the container has no network: network=bridge gives it one";

}  // namespace trace::docker
