// SPDX-License-Identifier: Apache-2.0
// RunCheck: the checks of `verify` on the events of one run, which it gets one by one in the order
// in which the store returns them. One thread.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "emitter/load/thread_check.hpp"

namespace trace::cli::load {

// The threads of one `emit`, by data.thread.
using LabelCheck = std::vector<ThreadCheck>;

class RunCheck {
 public:
  explicit RunCheck(std::string run) : run_(std::move(run)) {}

  // Throws simdjson::simdjson_error for an object that cannot be an event.
  void see(simdjson::ondemand::object& event);

  // Run-wide sequences (the events' ids) 1 … n without a gap, all of this run: one line per rule
  // that does not hold.
  std::vector<std::string> problems() const;

  std::uint64_t events() const noexcept { return events_; }
  // Events without the fields of `emit`; only their sequence is checked.
  std::uint64_t unlabelled() const noexcept { return unlabelled_; }
  const std::map<std::string, LabelCheck, std::less<>>& labels() const noexcept { return labels_; }

 private:
  void see_id(std::string_view id);
  void see_emitted(std::string_view label, std::uint64_t thread, std::uint64_t n);

  std::string run_;
  std::uint64_t events_ = 0;
  std::uint64_t unlabelled_ = 0;
  std::uint64_t strangers_ = 0;     // of another run
  std::uint64_t no_sequences_ = 0;  // ids that are not a number
  std::string first_no_sequence_;
  ThreadCheck sequence_;
  std::map<std::string, LabelCheck, std::less<>> labels_;
};

}  // namespace trace::cli::load
