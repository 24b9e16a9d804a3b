// What an argument list names: the file to execute, found as a shell would find it, or the reason
// why there is none. Any thread.
#pragma once

#include <string>
#include <variant>

namespace trace::child {

// Why a child could not be started.
struct StartFailure {
  std::string code;  // COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE or RESOURCE_EXHAUSTED
  std::string text;  // one line for people
};

// A name with a '/' is the path itself. Others are looked up in PATH; relative entries are seen
// from `directory`, a descriptor or AT_FDCWD, as the child will see them.
std::variant<std::string, StartFailure> find_program(const std::string& name, int directory);

// The reason behind another system call's error: a lack of resources, or what cannot be executed.
StartFailure cannot_start(int error, const std::string& what);

// The reason behind the error of an execve() of that path.
StartFailure exec_failure(const std::string& path, int error, int directory);

}  // namespace trace::child
