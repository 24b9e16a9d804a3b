// SPDX-License-Identifier: Apache-2.0
// JSON strings of the probing worker and its child, written by hand so that the code under test has
// no part in it. Pure.
#pragma once

#include <string>
#include <string_view>

namespace trace::testing {

inline std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' || c == '\\' ? "\\" : "").append(1, c);
  return out + "\"";
}

}  // namespace trace::testing
