// SPDX-License-Identifier: Apache-2.0
#include <trace/record.hpp>

trace::Outcome misuse(const trace::Node& node) {
  using trace::field;
  return node.info("x", field("a", 1), field("b", 1), field("c", 1), field("d", 1), field("e", 1),
                   field("f", 1), field("g", 1), field("h", 1), field("i", 1));
}
