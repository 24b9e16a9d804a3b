// SPDX-License-Identifier: Apache-2.0
// The attacks on delivery, and what their rows share: the CLI as a process of its own, with a
// journal directory and a backend of the trial's.
#pragma once

#include <string>
#include <vector>

#include "faults/backend/fault_backend.hpp"
#include "faults/table/table.hpp"
#include "support/child.hpp"
#include "support/temp_dir.hpp"

namespace trace::testing {

using Arguments = std::vector<std::string>;

std::vector<Fault> kept_and_lost_rows();
std::vector<Fault> refusal_rows();
std::vector<Fault> identity_rows();
std::vector<Fault> killed_capture_rows();

class Workplace {
 public:
  std::string journal_dir() const { return directory_ / "journal"; }
  std::string file(const std::string& name) const { return directory_ / name; }

  // `shiptrace ARGUMENTS` with this journal directory and endpoint; what follows "--" comes last.
  Command command(Arguments arguments, const std::string& endpoint,
                  const Arguments& child = {}) const;
  Finished shiptrace(Arguments arguments, const std::string& endpoint,
                     const Arguments& child = {}) const {
    return run(command(std::move(arguments), endpoint, child));
  }

  // Events that the journals in the directory hold and no backend has; journals; dead letters.
  std::uint64_t unsent() const;
  std::size_t journals() const;
  std::size_t dead_letters() const;
  // Events that record() refused, from the journals' headers.
  std::uint64_t dropped() const;

 private:
  TempDir directory_;
};

// An address without a listener.
inline const std::string nowhere = "http://127.0.0.1:1";

// Lines for `record --stdin`.
std::string event_lines(const std::string& run, int count, const std::string& message = "event");
// "shiptrace: lost: N events" on stderr: N; 0 without such a line.
std::uint64_t lost_on(const std::string& errors);
// "N events kept in" on stderr: N; 0 without.
std::uint64_t kept_on(const std::string& errors);

}  // namespace trace::testing
