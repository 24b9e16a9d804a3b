// SPDX-License-Identifier: Apache-2.0
#include "emitter/tail/event_filter.hpp"

#include <algorithm>
#include <array>

#include "emitter/output/data_text.hpp"

namespace trace::cli::tail {

Result<Pattern> Pattern::compile(const std::string& text) {
  auto compiled = std::make_unique<regex_t>();
  const int fault = regcomp(compiled.get(), text.c_str(), REG_EXTENDED | REG_NOSUB | REG_NEWLINE);
  if (fault == 0) return Pattern(std::unique_ptr<regex_t, Free>(compiled.release()));
  std::array<char, 256> reason{};
  regerror(fault, compiled.get(), reason.data(), reason.size());
  return Error("", '"' + text + "\" is not an extended regular expression: " + reason.data());
}

bool Pattern::matches(const std::string& text) const {
  return regexec(compiled_.get(), text.c_str(), 0, nullptr, 0) == 0;
}

bool EventFilter::accepts(const EventPayload& event) const {
  if (event.level < level) return false;
  if (!nodes.empty() && std::find(nodes.begin(), nodes.end(), event.node_id) == nodes.end()) {
    return false;
  }
  if (!stream.empty() && output::data_text(event).stream != stream) return false;
  if (since) {
    const auto time = output::time_from_text(event.timestamp);
    if (time && *time < *since) return false;
  }
  return !pattern || pattern->matches(event.message.value_or("")) ||
         (event.error && pattern->matches(event.error->message));
}

}  // namespace trace::cli::tail
