// search_path(): where programs that are named without a '/' are looked up. For the adapters that
// start programs: they do not read the environment themselves. Safe on any thread as long as no
// other one changes the environment.
#pragma once

#include <string>

#include <trace/export.hpp>

namespace trace::detail {

// $PATH, directories separated by ':'; a default where it is not set.
SHIPTRACE_API std::string search_path();

}  // namespace trace::detail
