// SPDX-License-Identifier: Apache-2.0
// The correct form of the other files in this folder: proves that they fail because of the misuse.
#include <trace/record.hpp>

#include <string>

trace::Outcome valid(const trace::Node& node, const std::string& text) {
  return trace::record(node, trace::Type::progress, trace::Level::info, trace::field("name", text),
                       "{} {:d}", text, 1);
}
