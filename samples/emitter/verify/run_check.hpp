// SPDX-License-Identifier: Apache-2.0
// The checks of `verify` on the events of one run, one by one in the order in which the store
// returns them. Memory grows with the gaps, not with the events. One thread.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace trace::cli::verify {

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

// Whether the store returns the events n = 1, 2, 3 … of one emitting thread all, once, and in
// order.
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

}  // namespace trace::cli::verify
