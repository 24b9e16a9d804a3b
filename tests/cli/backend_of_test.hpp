// SPDX-License-Identifier: Apache-2.0
// A collector, a journal directory, and the CLI pointed at both: what most tests here start with.
// One thread.
#pragma once

#include <trace/event.hpp>
#include <trace/status.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/child.hpp"
#include "support/collector.hpp"
#include "support/temp_dir.hpp"

namespace trace::testing {

using Arguments = std::vector<std::string>;

// The command line of the CLI with nothing of this shell's configuration.
Command cli(Arguments arguments);

class BackendOfTest {
 public:
  // `options`: of the collector.
  explicit BackendOfTest(std::vector<std::string> options = {}) : collector(std::move(options)) {}

  Collector collector;
  TempDir directory;

  std::string journal() const { return directory / "journal"; }
  // `shiptrace ARGUMENTS` with this backend and journal.
  Command command(Arguments arguments, const std::string& input = {}) const;
  Finished shiptrace(Arguments arguments, const std::string& input = {}) const {
    return run(command(std::move(arguments), input));
  }

  // The backend's events. An unknown run fails the test.
  std::vector<EventPayload> events(const std::string& run) const;
  // The backend's status of the run. An unknown run fails the test.
  RunStatusPayload status(const std::string& run) const;
  // Says that the run is finished; its status then.
  RunStatusPayload verdict(const std::string& run) const;
  // Waits until the run has that many events; returns them.
  std::vector<EventPayload> wait_for_events(const std::string& run, std::size_t count) const;
};

// A member of a JSON object, as raw JSON ("\"stdout\"", "3"); empty: missing.
std::string member(const std::optional<std::string>& object, const std::string& name);

// One event says that the user cancelled the run, as a warning.
void check_recorded_as_cancelled(const std::vector<EventPayload>& events);

// The last event says that the worker was stopped, and nothing that the run was cancelled.
void check_recorded_as_stopped(const std::vector<EventPayload>& events);

// An endpoint without a listener.
std::string nowhere();

}  // namespace trace::testing
