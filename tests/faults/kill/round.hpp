// SPDX-License-Identifier: Apache-2.0
// Round: emitters that are killed one after another over one journal directory and one backend,
// with kills of recoveries and of the backend in between; at its end everything is recovered and
// compared. One thread.
#pragma once

#include <chrono>
#include <random>
#include <string>

#include "kill/figures.hpp"
#include "kill/store_check.hpp"
#include "support/child.hpp"
#include "support/collector.hpp"
#include "support/temp_dir.hpp"

namespace trace::testing {

struct RoundOptions {
  std::string emitter;     // its binary
  std::uint64_t rate = 0;  // events per second that an emitter offers
  std::size_t runs = 0;
};

class Round {
 public:
  Round(const RoundOptions& options, std::mt19937_64& random, Figures& figures);

  void kill_emitter();
  // Recovers what is left, and compares.
  void finish();

 private:
  std::chrono::microseconds instant_within(std::chrono::microseconds most);
  bool happens_once_in(unsigned times);
  std::string journal_of(const std::string& session) const;
  void live(Child& emitter, const std::string& returned);
  void kill_collector(const std::string& own_journal);
  void kill_recovery();
  Command shiptrace(std::vector<std::string> arguments) const;

  const RoundOptions& options_;
  std::mt19937_64& random_;
  Figures& figures_;
  TempDir directory_;
  Collector collector_;
  StoreCheck check_;
  std::size_t emitters_ = 0;
};

}  // namespace trace::testing
