// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "journal/docker_clients.hpp"

using namespace trace::detail::journal;

namespace {

using Names = std::vector<std::string>;

// All that the header holds.
Names noted(const FileHeader& header) { return noted_clients(header, {}).others; }

}  // namespace

TEST_CASE("the docker clients of a session are noted once each, while there is room") {
  const auto header = std::make_unique<FileHeader>();
  CHECK(noted(*header).empty());
  CHECK_FALSE(add_docker_client(*header, ""));
  CHECK_FALSE(add_docker_client(*header, std::string_view("a\0b", 3)));
  for (const char* program : {"docker", "podman", "docker", "/opt/docker", "d"}) {
    CHECK(add_docker_client(*header, program));
  }
  const Names expected{"docker", "podman", "/opt/docker", "d"};
  CHECK(noted(*header) == expected);
  // As much as fits, to the byte.
  std::size_t used = 0;
  for (const std::string& program : expected) used += program.size() + 1;
  const std::size_t room = sizeof header->docker_clients - used - 2;
  CHECK_FALSE(add_docker_client(*header, std::string(room + 1, 'x')));
  CHECK(noted(*header) == expected);
  CHECK(add_docker_client(*header, std::string(room, 'x')));
  CHECK(noted(*header).size() == expected.size() + 1);
  CHECK_FALSE(add_docker_client(*header, "y"));
  CHECK(add_docker_client(*header, "docker"));
}

TEST_CASE("only clients of our own list are ever asked") {
  const auto header = std::make_unique<FileHeader>();
  for (const char* program : {"podman", "/tmp/evil", "docker", "docker ", "./docker"}) {
    CHECK(add_docker_client(*header, program));
  }
  const Names ours{"docker", "podman", "/opt/docker"};
  const NotedClients clients = noted_clients(*header, ours);
  CHECK(clients.ours == Names{"podman", "docker"});
  CHECK(clients.others == Names{"/tmp/evil", "docker ", "./docker"});
}

TEST_CASE("a damaged header has no endless client name") {
  const auto header = std::make_unique<FileHeader>();
  for (char& byte : header->docker_clients) byte = 'x';
  CHECK(noted(*header).empty());
  CHECK_FALSE(add_docker_client(*header, "docker"));
}
