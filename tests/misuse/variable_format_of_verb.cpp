// SPDX-License-Identifier: Apache-2.0
#include <trace/record.hpp>

trace::Outcome misuse(const trace::Node& node, const char* text) { return node.error(text); }
