// SPDX-License-Identifier: Apache-2.0
// JsonObject: builds the text of a JSON object for the `data` of an event of a child. Used by the
// capture of processes and containers. Not thread-safe.
#pragma once

#include <trace/capture.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

namespace trace::child {

// A JSON string. Invalid UTF-8 is kept; the event's writer repairs it.
std::string json_text(std::string_view text);
// An argument list; a very long one is truncated.
std::string json_arguments(const std::vector<std::string>& argv);
// {"rows":24,"columns":80}
std::string json_size(const TerminalSize& size);

class JsonObject {
 public:
  JsonObject& raw(std::string_view name, std::string_view json) {
    text_ += text_.empty() ? "{" : ",";
    text_.append(json_text(name)).append(":").append(json);
    return *this;
  }
  JsonObject& text(std::string_view name, std::string_view value) {
    return raw(name, json_text(value));
  }
  template <std::integral T>
  JsonObject& number(std::string_view name, T value) {
    return raw(name, std::to_string(value));
  }
  std::string str() const { return text_.empty() ? "{}" : text_ + "}"; }

 private:
  std::string text_;
};

}  // namespace trace::child
