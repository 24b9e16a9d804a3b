// SPDX-License-Identifier: Apache-2.0
// Resolves a program name to the file to execute, as a shell does. Any thread.
#pragma once

#include <string>
#include <variant>

namespace trace::child {

// Why a child could not be started.
struct StartFailure {
  std::string code;  // COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE or RESOURCE_EXHAUSTED
  std::string text;  // one line, human readable
};

// A name with a '/' is a path. Others are looked up in PATH; its relative entries are resolved
// against `directory`, a descriptor or AT_FDCWD, as the child would.
std::variant<std::string, StartFailure> find_program(const std::string& name, int directory);

// The failure for another system call's error: RESOURCE_EXHAUSTED or COMMAND_NOT_EXECUTABLE.
StartFailure cannot_start(int error, const std::string& what);

// The failure for an error of execve() of that path.
StartFailure exec_failure(const std::string& path, int error, int directory);

}  // namespace trace::child
