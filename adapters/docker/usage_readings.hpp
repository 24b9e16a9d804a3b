// UsageReadings: what a container used, read from its control group while it runs, because nothing
// is left of that when it has ended. Only where its group is on this machine and in one of the
// usual places: its name holds the container's id, so that it is nobody else's. Capture's thread.
#pragma once

#include <trace/capture.hpp>

#include <optional>
#include <string>
#include <vector>

#include "child/control_group.hpp"
#include "child/repeater.hpp"

namespace trace::docker {

class UsageReadings {
 public:
  // `id`: the container's, 64 hexadecimal digits.
  UsageReadings(child::Loop& loop, const std::string& id);

  // The last reading, with the most memory of all; nothing when there was none.
  const std::optional<Usage>& last() const noexcept { return last_; }

 private:
  void read();

  std::vector<std::string> places_;
  child::ControlGroup group_;
  std::optional<Usage> last_;
  child::Repeater readings_;
};

}  // namespace trace::docker
