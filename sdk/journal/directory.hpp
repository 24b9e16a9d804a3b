// The journal directory: made if missing, checked before use.
#pragma once

#include <string>

#include <trace/result.hpp>

namespace trace::detail {

// Creates the directory and its parents (mode 0700) and answers its path; an error when it cannot
// be made, is no directory, cannot be written, or lies on a network file system, whose locks may
// hold on one machine only.
Result<std::string> prepare_journal_directory(const std::string& path);

}  // namespace trace::detail
