// SPDX-License-Identifier: Apache-2.0
#include <trace/record.hpp>

trace::Outcome misuse(const trace::Node& node) {
  return trace::record(node, trace::Type::progress, trace::Level::info, "{:d}", "text");
}
