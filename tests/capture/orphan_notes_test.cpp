// SPDX-License-Identifier: Apache-2.0
// Which docker clients the notes of a dead session can choose. No client is called, so that this
// runs without a daemon, unlike the rest of the docker adapter's tests (tests/docker).
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "docker/orphaned_containers.hpp"

namespace trace::testing {

TEST_CASE("only clients of our own list are called") {
  const docker::NotedClients clients = docker::noted_clients(
      {"podman", "/tmp/evil", "docker", "podman", "/tmp/evil", "docker ", "./docker", ""},
      " docker, ,podman,/opt/docker,");
  CHECK(clients.ours == std::vector<std::string>{"podman", "docker"});
  CHECK(clients.others == std::vector<std::string>{"/tmp/evil", "docker ", "./docker", ""});
  const docker::OrphanedContainers cleanup({"01ARZ3NDEKTSV4RRFFQ69G5FAV", "x.journal"},
                                           {{}, {"/tmp/evil"}});
  CHECK(cleanup.ended());
  CHECK(cleanup.error().empty());
  REQUIRE(cleanup.out_of_reach().size() == 1);
  CHECK(
      cleanup.out_of_reach()[0].find("it used the docker client \"/tmp/evil\", which is not among "
                                     "the docker_clients") != std::string::npos);
}

}  // namespace trace::testing
