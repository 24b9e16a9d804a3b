// SPDX-License-Identifier: Apache-2.0
// The output of every benchmark: one JSON object per line and metric, read by bench/report.
//   {"bench":"…","case":{…},"metric":"…","unit":"…","value":…}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trace::bench {

// Identifies a measurement of a benchmark: an ordered set of members.
class Case {
 public:
  Case& with(std::string_view name, std::string_view value);
  Case& with(std::string_view name, std::uint64_t value);
  // Without the braces.
  const std::string& json() const noexcept { return members_; }

 private:
  void name(std::string_view name);

  std::string members_;
};

class Report {
 public:
  explicit Report(std::string_view bench) : bench_(bench) {}

  void add(const Case& which, std::string_view metric, std::string_view unit, double value) const;
  // This machine cannot provide what the case needs.
  void skip(const Case& which, std::string_view reason) const;

 private:
  std::string bench_;
};

}  // namespace trace::bench
