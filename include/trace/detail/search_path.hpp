// SPDX-License-Identifier: Apache-2.0
// search_path(): the directories in which a program named without '/' is looked up. For the
// adapters that start programs, which do not read the environment themselves. Thread-safe unless
// another thread changes the environment.
#pragma once

#include <string>

#include <trace/export.hpp>

namespace trace::detail {

// $PATH (directories separated by ':'), or a default if it is unset.
SHIPTRACE_API std::string search_path();

}  // namespace trace::detail
