// SPDX-License-Identifier: Apache-2.0
// Leases, as the reference backend sees them: a worker that is gone, one that is silent, and one
// whose node somebody else ends.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "backend_of_test.hpp"

namespace trace::testing {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

TEST_CASE("a worker that is gone is lost, one that only recorded for others is not") {
  // Longer than the interval of leases: a worker that lives would not be lost.
  const BackendOfTest backend({"--worker-timeout", "12"});
  REQUIRE(backend.shiptrace({"record", "--run", "shared", "--node", "n", "--type", "STARTED"})
              .status.code == 0);
  Child worker(backend.command({"run", "--run", "lost", "--node", "n", "--", "sleep", "60"}));
  backend.wait_for_events("lost", 1);
  worker.signal(SIGKILL);
  worker.wait();
  const auto deadline = Clock::now() + std::chrono::seconds(40);
  while (backend.status("lost").status == RunStatus::running && Clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const RunStatusPayload lost = backend.status("lost");
  CHECK(lost.status == RunStatus::failed);
  REQUIRE(lost.failure.has_value());
  CHECK(lost.failure->details.value_or("").find("WORKER_LOST") != std::string::npos);
  CHECK(backend.status("shared").status == RunStatus::running);  // it is the older one
}

TEST_CASE("a silent worker with an open node is never lost") {
  const BackendOfTest backend({"--worker-timeout", "12"});
  Child worker(backend.command({"run", "--run", "r", "--node", "n", "--", "sleep", "14"}));
  backend.wait_for_events("r", 1);
  const auto end = Clock::now() + std::chrono::milliseconds(13'500);
  while (Clock::now() < end) {
    REQUIRE(backend.status("r").status == RunStatus::running);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  CHECK(worker.wait().code == 0);
  CHECK(backend.events("r").size() == 2);
}

}  // namespace trace::testing
