// SPDX-License-Identifier: Apache-2.0
#include "emitter/verify/run_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "emitter/input/integer.hpp"
#include "emitter/output/text.hpp"

namespace trace::cli::verify {
namespace {

using simdjson::ondemand::json_type;

// emit has at most this many threads; an event with a larger number is not one of emit.
constexpr std::uint64_t most_threads = 1024;

std::optional<std::uint64_t> counter(simdjson::ondemand::value value) {
  if (value.type() != json_type::number) return std::nullopt;
  std::uint64_t number = 0;
  if (value.get_uint64().get(number) != simdjson::SUCCESS) return std::nullopt;
  return number;
}

// The fields that `emit` gives its events.
struct Emitted {
  std::optional<std::string_view> label;
  std::optional<std::uint64_t> thread;
  std::optional<std::uint64_t> n;
};

Emitted emitted_of(simdjson::ondemand::object data) {
  Emitted emitted;
  for (auto member : data) {
    const std::string_view key = member.unescaped_key();
    simdjson::ondemand::value value = member.value();
    if (key == "label" && value.type() == json_type::string) emitted.label = value.get_string();
    if (key == "thread") emitted.thread = counter(value);
    if (key == "n") emitted.n = counter(value);
  }
  return emitted;
}

}  // namespace

void Findings::add(std::uint64_t first, std::uint64_t last) {
  constexpr std::size_t few = 5;
  count_ += last - first + 1;
  if (!first_few_.empty() && first_few_.back().last + 1 == first && !more_) {
    first_few_.back().last = last;
  } else if (first_few_.size() < few) {
    first_few_.push_back({first, last});
  } else {
    more_ = true;
  }
}

std::string Findings::text() const {
  std::string out = output::thousands(count_) + ":";
  for (const Range& range : first_few_) {
    out += fmt::format("{} {}", &range == first_few_.data() ? "" : ",", range.first);
    if (range.last > range.first) out += fmt::format("-{}", range.last);
  }
  return out + (more_ ? " …" : "");
}

void ThreadCheck::see(std::uint64_t n) {
  ++events_;
  if (n > highest_) {
    if (n > highest_ + 1) gaps_.emplace(highest_ + 1, n - 1);
    highest_ = n;
    return;
  }
  const auto after = gaps_.upper_bound(n);
  const auto gap = after == gaps_.begin() ? gaps_.end() : std::prev(after);
  if (gap == gaps_.end() || gap->second < n) {
    duplicated_.add(n);
    return;
  }
  out_of_order_.add(n);
  const auto [first, last] = *gap;
  gaps_.erase(gap);
  if (first < n) gaps_.emplace(first, n - 1);
  if (n < last) gaps_.emplace(n + 1, last);
}

Findings ThreadCheck::missing_of(std::uint64_t returned) const {
  Findings missing;
  for (const auto& [first, last] : gaps_) {
    if (first <= returned) missing.add(first, std::min(last, returned));
  }
  if (returned > highest_) missing.add(highest_ + 1, returned);
  return missing;
}

std::vector<std::string> ThreadCheck::problems(std::uint64_t returned) const {
  std::vector<std::string> lines;
  const auto tell = [&](const char* what, const Findings& findings) {
    if (findings.count() > 0) lines.push_back(fmt::format("{} {}", what, findings.text()));
  };
  tell("missing", missing_of(returned));
  tell("duplicated", duplicated_);
  tell("out of order", out_of_order_);
  if (highest_ > returned + 1) {
    lines.push_back(fmt::format("in the store up to {}, but only {} were returned",
                                output::thousands(highest_), output::thousands(returned)));
  }
  return lines;
}

void RunCheck::see(simdjson::ondemand::object& event) {
  ++events_;
  Emitted emitted;
  for (auto member : event) {
    const std::string_view key = member.unescaped_key();
    simdjson::ondemand::value value = member.value();
    if (key == "id") {
      see_id(value.get_string());
    } else if (key == "runId") {
      if (std::string_view(value.get_string()) != run_) ++strangers_;
    } else if (key == "data" && value.type() == json_type::object) {
      emitted = emitted_of(value.get_object());
    }
  }
  if (emitted.label && emitted.thread && *emitted.thread < most_threads && emitted.n &&
      *emitted.n > 0) {
    see_emitted(*emitted.label, *emitted.thread, *emitted.n);
  } else {
    ++unlabelled_;
  }
}

void RunCheck::see_id(std::string_view id) {
  if (const auto sequence = input::integer_from_text(id)) {
    sequence_.see(*sequence);
  } else if (no_sequences_++ == 0) {
    first_no_sequence_ = id;
  }
}

void RunCheck::see_emitted(std::string_view label, std::uint64_t thread, std::uint64_t n) {
  auto found = labels_.find(label);
  if (found == labels_.end()) found = labels_.emplace(std::string(label), LabelCheck()).first;
  LabelCheck& threads = found->second;
  if (threads.size() <= thread) threads.resize(thread + 1);
  threads[thread].see(n);
}

std::vector<std::string> RunCheck::problems() const {
  std::vector<std::string> lines;
  for (const std::string& line : sequence_.problems()) {
    lines.push_back("run-wide sequences: " + line);
  }
  if (no_sequences_ > 0) {
    lines.push_back(fmt::format("{} events whose id is not a sequence number, the first is '{}'",
                                output::thousands(no_sequences_), first_no_sequence_));
  }
  if (strangers_ > 0) {
    lines.push_back(fmt::format("{} events of another run", output::thousands(strangers_)));
  }
  return lines;
}

}  // namespace trace::cli::verify
