// SPDX-License-Identifier: Apache-2.0
// Worker: a session as a component worker has it, writing to a file that everybody in the trial
// can read: the real journal and the real file transport.
#pragma once

#include <trace/recovery.hpp>
#include <trace/trace.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "faults/table/table.hpp"
#include "support/temp_dir.hpp"

namespace trace::testing {

// The place where the workers of one trial keep their journals and deliver to.
class Workplace {
 public:
  Workplace() = default;
  // Journals in a directory of the trial's choice.
  explicit Workplace(std::string journal_dir) : journal_dir_(std::move(journal_dir)) {}

  Config config() const;
  const std::string& journal_dir() const noexcept { return journal_dir_; }
  // Diagnostics of this process by reason.
  std::map<std::string, std::string> reported() const;

  // Messages that were delivered, in order, by the session that recorded them.
  std::map<std::string, std::vector<std::string>> delivered() const;
  std::size_t count() const;  // of them all
  // Recovers the directory; returns the report.
  RecoveryReport recover() const;

 private:
  TempDir directory_;
  std::string journal_dir_ = directory_ / "journal";
  std::string endpoint_ = directory_ / "events.ndjson";
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::string> reported_;
};

// Starts or throws.
Session start(const Config& config);
// Records "<prefix> 0" … "<prefix> <count - 1>"; returns how many were accepted.
std::uint64_t record_numbered(const Node& node, const std::string& prefix, int count);
// Whether the messages are exactly these, in order.
bool are_numbered(const std::vector<std::string>& messages, const std::string& prefix, int count);
// Runs `work` in a child that passes its result to _exit; the exit code, or 128 + signal.
int in_child(const std::function<int()>& work);

std::vector<Fault> fork_faults();
std::vector<Fault> process_faults();
std::vector<Fault> storage_faults();

}  // namespace trace::testing
