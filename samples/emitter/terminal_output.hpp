// The child's output on our own stdout and stderr, byte by byte as it came.
//
// Called on the capture's thread only. A stream that nobody reads any more is given up; the child
// goes on and its output is still recorded.
#pragma once

#include <trace/event.hpp>

#include <array>
#include <string_view>

namespace trace::cli {

class TerminalOutput {
 public:
  void write(Stream stream, std::string_view bytes) noexcept;

 private:
  std::array<bool, 2> gone_{};
};

}  // namespace trace::cli
