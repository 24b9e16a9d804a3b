// SPDX-License-Identifier: Apache-2.0
#include "support/report.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace trace::bench {

void Case::name(std::string_view name) {
  members_ += fmt::format(R"({}"{}":)", members_.empty() ? "" : ",", name);
}

Case& Case::with(std::string_view name, std::string_view value) {
  this->name(name);
  members_ += fmt::format(R"("{}")", value);
  return *this;
}

Case& Case::with(std::string_view name, std::uint64_t value) {
  this->name(name);
  members_ += fmt::format("{}", value);
  return *this;
}

void Report::add(const Case& which, std::string_view metric, std::string_view unit,
                 double value) const {
  fmt::print(R"({{"bench":"{}","case":{{{}}},"metric":"{}","unit":"{}","value":{:.6g}}})"
             "\n",
             bench_, which.json(), metric, unit, value);
  std::fflush(stdout);
}

void Report::skip(const Case& which, std::string_view reason) const {
  fmt::print(R"({{"bench":"{}","case":{{{}}},"skipped":"{}"}})"
             "\n",
             bench_, which.json(), reason);
  std::fflush(stdout);
}

}  // namespace trace::bench
