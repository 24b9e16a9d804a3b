// SPDX-License-Identifier: Apache-2.0
// Parses server-sent events from the bytes of a stream, wherever these are split: LF, CRLF or CR
// end a line, an empty line ends an event, a line that starts with a colon is a comment. Main
// thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace trace::cli::backend {

struct ServerSentEvent {
  std::string name;  // "message" when the stream names none
  std::string data;  // the data lines, joined by newlines
};

class SseParser {
 public:
  // Returns false, and reads no further, when `on_event` does.
  using OnEvent = std::function<bool(ServerSentEvent& event)>;
  bool feed(std::string_view bytes, const OnEvent& on_event);

 private:
  bool end_line(const OnEvent& on_event);

  std::string line_;
  bool after_cr_ = false;
  bool has_data_ = false;
  ServerSentEvent event_;
};

}  // namespace trace::cli::backend
