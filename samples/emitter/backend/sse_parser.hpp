// SPDX-License-Identifier: Apache-2.0
// Parses server-sent events from the bytes of a stream, wherever these are split: LF, CRLF or CR
// end a line, an empty line ends an event, a line that starts with a colon is a comment. Main
// thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace trace::cli::backend {

struct ServerSentEvent {
  std::string name;  // "message" when the stream names none
  std::string data;  // the data lines, joined by newlines
};

class SseParser {
 public:
  // Returns false, and reads no further, when `on_event` does.
  using OnEvent = std::function<bool(ServerSentEvent& event)>;
  bool feed(std::string_view bytes, const OnEvent& on_event) {
    while (!bytes.empty()) {
      if (std::exchange(after_cr_, false) && bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
      const std::size_t end = bytes.find_first_of("\r\n");
      line_ += bytes.substr(0, end);
      if (end == std::string_view::npos) return true;
      after_cr_ = bytes[end] == '\r';
      bytes.remove_prefix(end + 1);
      if (!end_line(on_event)) return false;
    }
    return true;
  }

 private:
  bool end_line(const OnEvent& on_event) {
    const std::string line = std::exchange(line_, {});
    if (line.empty()) {
      ServerSentEvent event = std::exchange(event_, {});
      if (event.name.empty()) event.name = "message";
      return !std::exchange(has_data_, false) || on_event(event);
    }
    const std::size_t colon = line.find(':');
    const std::string_view field = std::string_view(line).substr(0, colon);
    std::string_view value =
        colon == std::string::npos ? std::string_view() : std::string_view(line).substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field == "event") {
      event_.name = value;
    } else if (field == "data") {
      if (std::exchange(has_data_, true)) event_.data += '\n';
      event_.data += value;
    }
    return true;
  }

  std::string line_;
  bool after_cr_ = false;
  bool has_data_ = false;
  ServerSentEvent event_;
};

}  // namespace trace::cli::backend
