// What the tests of container capture share: the daemon as its own client shows it, and a
// container run to its end with everything that it told. For the test's thread.
#pragma once

#include <string>
#include <vector>

#include "capture/recorder.hpp"
#include "support/child.hpp"

namespace trace::testing {

inline constexpr const char* test_image = "shiptrace/busybox:1";

// A call of the docker client.
Finished docker(std::vector<std::string> arguments);

// Names of the containers of the session that exist, running or not.
std::string containers_of_session(std::string_view session);

struct Told {
  Ended ended;
  std::vector<EventPayload> events;
  std::string code;  // of the last event's error
  std::string data;  // of the last event
  std::string left;  // names of this session's containers that still exist
};

// Runs it and checks what holds for every container: STARTED first, one end, nothing left.
Told run_to_end(ContainerSpec spec);

}  // namespace trace::testing
