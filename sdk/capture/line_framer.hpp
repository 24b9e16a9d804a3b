// LineFramer: whole lines out of bytes that arrive in pieces. Lines end at \n or \r\n. However the
// bytes are split into writes, the lines are the same; a character of UTF-8 is never cut. A line
// that is longer than a message may be comes in parts, so memory stays bounded. One thread.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace trace::detail {

struct Line {
  std::string_view text;  // without its end; valid during the call
  bool continued;         // the next Line goes on with this one
};

class LineFramer {
 public:
  using Sink = std::function<void(const Line&)>;
  static constexpr std::size_t max_line_bytes = 16 * 1024;

  explicit LineFramer(Sink sink) : sink_(std::move(sink)) {}

  // Passes on each line that these bytes complete.
  void write(std::string_view bytes);
  // Passes on the unfinished last line, if there is one.
  void finish();

 private:
  void write_some(std::string_view bytes);
  void end_line(std::string_view line);
  // Passes on what is more than one message of an unfinished line; answers the rest.
  std::string_view pass_parts(std::string_view unfinished);

  Sink sink_;
  std::string unfinished_;
};

}  // namespace trace::detail
