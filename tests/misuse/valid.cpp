// SPDX-License-Identifier: Apache-2.0
// The correct form of the other files in this folder: proves that they fail because of the misuse.
#include <trace/record.hpp>

#include <string>

trace::Outcome valid(trace::Node& node, const std::string& text) {
  node.started(trace::field("name", text));
  node.info("{} {:d}", text, 1, trace::field("name", text));
  return trace::record(node, trace::Type::progress, trace::Level::info, trace::field("name", text),
                       "{} {:d}", text, 1);
}
