// spawn(): the one place where a process is made. No shell, its own process group, nothing of ours
// but the three standard streams, and no life longer than ours.
#pragma once

#include <sys/types.h>

#include <string>
#include <variant>
#include <vector>

#include "child/file_descriptor.hpp"
#include "child/program.hpp"

namespace boost::asio {
class io_context;
}

namespace trace::child {

struct Spawned {
  pid_t pid = -1;           // also of its process group
  FileDescriptor ended;     // readable once the process has ended
  FileDescriptor out, err;  // what it writes
};

// The kernel kills the child when the calling thread ends, so call it from the thread that waits.
// The child's stdin is /dev/null; its signals are as after a login. The pid is not reaped here.
std::variant<Spawned, StartFailure> spawn(boost::asio::io_context& context,
                                          const std::vector<std::string>& argv,
                                          const std::string& working_directory);

}  // namespace trace::child
