// SPDX-License-Identifier: Apache-2.0
// A table of faults: each is tried in a process of its own and gets one line, with what was seen in
// numbers or with what did not hold.
#pragma once

#include <fmt/format.h>

#include <span>
#include <string>
#include <vector>

namespace trace::testing {

// The report of one trial. Used in the trial's process only.
class Trial {
 public:
  // Something that has to hold.
  void expect(bool holds, std::string what);
  template <class T, class U>
  void expect_equal(const T& seen, const U& expected, const std::string& what) {
    expect(seen == expected, fmt::format("{}: {} instead of {}", what, seen, expected));
  }
  // A figure for the line.
  void note(std::string figure) { figures_.push_back(std::move(figure)); }
  // This machine cannot provide what the trial needs.
  void skip(std::string reason) { skipped_ = std::move(reason); }

  // "ok", "FAILED" or "SKIPPED", and what to say about it.
  std::string verdict() const;
  std::string text() const;

 private:
  std::vector<std::string> problems_;
  std::vector<std::string> figures_;
  std::string skipped_;
};

struct Fault {
  std::string name;
  void (*run)(Trial&);
};

// Tries the faults whose names contain the filter (all, when it is empty); prints the lines and the
// number of those that failed. The process must not have started threads. Returns an exit code.
int try_faults(std::span<const Fault> faults, std::string_view filter);

}  // namespace trace::testing
