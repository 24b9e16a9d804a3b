// What a child reads: a file that it can have as it is, or bytes that have to be passed on while it
// runs, because it sits at a terminal of its own, or because they come from ours, which a process
// in the background must not read.
//
// Works on the thread of the Loop.
#pragma once

#include <trace/capture.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include "child/file_descriptor.hpp"
#include "child/loop.hpp"

namespace trace::child {

// The child's descriptor 0 when it has no terminal; throws std::system_error. Empty: the input has
// to be passed on through a pipe.
FileDescriptor readable_input(const Input& input);

// Passes the input on to `sink`, our end of a pipe or of the child's terminal, as fast as that
// takes it. ~InputPump ends it, whatever is left.
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
  bool has_source_ = false;
  bool never_blocks_ = false;  // reading from the source
  bool empty_ = false;         // it was, when we last looked
  bool finished_ = false;
  bool at_line_end_ = true;
  std::string piece_;
  std::size_t written_ = 0;
  FileDescriptor file_;  // the source, where that always has an answer
  Watched source_;
  Watched sink_;
};

}  // namespace trace::child
