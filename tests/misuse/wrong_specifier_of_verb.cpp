// SPDX-License-Identifier: Apache-2.0
#include <trace/record.hpp>

trace::Outcome misuse(const trace::Node& node) {
  return node.warn("{:d}", "text", trace::field("a", 1));
}
