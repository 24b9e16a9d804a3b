// SPDX-License-Identifier: Apache-2.0
// Aftermath: what a recovery makes of a journal, and whether that is all that was promised, once,
// whole and in order. One thread.
#pragma once

#include <trace/config.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "kill/step/ledger.hpp"

namespace trace::testing {

struct RecoveredEvent {
  std::uint32_t run;
  std::uint32_t lane;
  std::uint64_t sequence;
  std::uint64_t number;  // of text_of(); 0: the event has none
  bool lost_node;        // added by the recovery: FAILED, WORKER_LOST
};

struct Aftermath {
  std::vector<RecoveredEvent> events;  // in the order in which they were sent
  std::vector<std::string> problems;   // torn events, slabs in quarantine, what was left
};

// The configuration of stepped workers and of their recoveries.
Config worker_config(const std::string& directory);

// Recovers what is in the directory.
Aftermath recovered(const std::string& directory);

// What is wrong for a worker with this progress; empty if nothing.
std::vector<std::string> judge(const Aftermath& aftermath, const Ledger& ledger);

}  // namespace trace::testing
