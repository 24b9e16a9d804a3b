// SPDX-License-Identifier: Apache-2.0
// The docker client's complaint and the container's own stderr, which share a stream.
#include <doctest/doctest.h>

#include "docker/client_messages.hpp"

using trace::docker::ClientErrors;

TEST_CASE("a stderr that begins like a complaint is held back until it is clear") {
  ClientErrors errors;
  CHECK(errors.pass("Error respon") == "");
  CHECK(errors.pass("se from daemon: no\n") == "");
  CHECK(errors.holding());
  CHECK(errors.held() == "Error response from daemon: no\n");
  CHECK(errors.release() == "Error response from daemon: no\n");
  CHECK_FALSE(errors.holding());
  CHECK(errors.pass("Error response from daemon: again\n") ==
        "Error response from daemon: again\n");
}

TEST_CASE("everything else passes at once, whole") {
  ClientErrors errors;
  CHECK(errors.pass("Err") == "");
  CHECK(errors.pass("or: my own\n") == "Error: my own\n");
  CHECK(errors.pass("more") == "more");
}

TEST_CASE("the client's log line belongs to its complaint, a container's does not") {
  const std::string ours = "time=\"now\" level=error msg=\"error waiting for container: x\"\n";
  ClientErrors complaint;
  CHECK(complaint.pass(ours) == "");
  CHECK(complaint.pass("Error response from daemon: no\n") == "");
  CHECK(complaint.held() == ours + "Error response from daemon: no\n");

  ClientErrors container;
  CHECK(container.pass("time=\"now\" level=info") == "");
  CHECK(container.pass(" msg=hello\n") == "time=\"now\" level=info msg=hello\n");
}

TEST_CASE("what is held back is bounded") {
  ClientErrors errors;
  const std::string flood = "Error response from daemon: " + std::string(10'000, 'x');
  CHECK(errors.pass(flood) == flood);
}
