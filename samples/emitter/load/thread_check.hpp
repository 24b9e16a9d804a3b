// SPDX-License-Identifier: Apache-2.0
// ThreadCheck: whether the store returns the events n = 1, 2, 3 … of one emitting thread all, once,
// and in order.
//
// Memory grows with the gaps, not with the events. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace trace::cli::load {

// The number of events with one kind of fault, and the first few of them for people.
class Findings {
 public:
  void add(std::uint64_t first, std::uint64_t last);
  void add(std::uint64_t n) { add(n, n); }
  std::uint64_t count() const noexcept { return count_; }
  // "3: 17, 20-21".
  std::string text() const;

 private:
  struct Range {
    std::uint64_t first, last;
  };
  std::uint64_t count_ = 0;
  std::vector<Range> first_few_;
  bool more_ = false;
};

class ThreadCheck {
 public:
  void see(std::uint64_t n);

  // What is wrong, one line per kind, when `returned` events were accepted. One more may be there:
  // an emitter that was killed between record() and raising its count.
  std::vector<std::string> problems(std::uint64_t returned) const;
  // The same without counts: everything up to the highest number seen.
  std::vector<std::string> problems() const { return problems(highest_); }

  // The numbers behind these lines.
  std::uint64_t missing(std::uint64_t returned) const { return missing_of(returned).count(); }
  std::uint64_t duplicated() const noexcept { return duplicated_.count(); }
  std::uint64_t out_of_order() const noexcept { return out_of_order_.count(); }

  std::uint64_t events() const noexcept { return events_; }
  std::uint64_t highest() const noexcept { return highest_; }

 private:
  Findings missing_of(std::uint64_t returned) const;

  std::uint64_t events_ = 0;
  std::uint64_t highest_ = 0;
  std::map<std::uint64_t, std::uint64_t> gaps_;  // not seen so far, below highest_: first -> last
  Findings duplicated_;
  Findings out_of_order_;
};

}  // namespace trace::cli::load
