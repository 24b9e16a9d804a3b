// SPDX-License-Identifier: Apache-2.0
#include <trace/record.hpp>

#include <string>

trace::Outcome misuse(const trace::Node& node, const std::string& text) {
  return node.info(fmt::runtime(text), 1);
}
