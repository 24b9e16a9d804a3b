// Now, as a contract time stamp with six fractional digits. Any thread.
#pragma once

#include <string>

namespace trace::collector {

std::string timestamp_now();

}  // namespace trace::collector
