// SPDX-License-Identifier: Apache-2.0
// A child's standard input: a file that it can open itself, or bytes that we forward while it runs,
// because it has a terminal of its own, or because they come from our terminal, which a background
// process must not read.
//
// Runs on the thread of the Loop.
#pragma once

#include <trace/capture.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include "child/file_descriptor.hpp"
#include "child/loop.hpp"

namespace trace::child {

// The child's descriptor 0 if it has no terminal; throws std::system_error. Empty: use a pipe and
// an InputPump.
FileDescriptor readable_input(const Input& input);

// Forwards the input to `sink`, our end of a pipe or of the child's terminal. ~InputPump stops,
// whatever is left.
class InputPump {
 public:
  InputPump(Loop& loop, FileDescriptor sink, bool terminal, Input input);

 private:
  std::string_view rest() const { return std::string_view(piece_).substr(written_); }
  void open_source(int descriptor);
  void advance();
  void read();
  void write();
  void finish();
  void stop() noexcept;

  const bool terminal_;
  bool never_blocks_ = false;  // reading from the source does not
  bool empty_ = false;         // the source was, at the last read
  bool finished_ = false;
  bool at_line_end_ = true;
  std::string piece_;
  std::size_t written_ = 0;
  Watched source_;
  Watched sink_;
};

}  // namespace trace::child
