// What a child reads: a file that it can have as it is, or bytes that have to be passed on while it
// runs, because it sits at a terminal of its own, or because they come from ours, which a process
// in the background must not read.
//
// Works on the thread of the Loop.
#pragma once

#include <trace/capture.hpp>

#include <memory>

#include "child/file_descriptor.hpp"

namespace boost::asio {
class io_context;
}

namespace trace::child {

// The child's descriptor 0 when it has no terminal; throws std::system_error. Empty: the input has
// to be passed on through a pipe.
FileDescriptor readable_input(const Input& input);

// Passes the input on to `sink`, our end of a pipe or of the child's terminal, as fast as that
// takes it. ~InputPump ends it, whatever is left.
class InputPump {
 public:
  InputPump(boost::asio::io_context& context, FileDescriptor sink, bool terminal, Input input);
  ~InputPump();

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace trace::child
