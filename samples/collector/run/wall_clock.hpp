// SPDX-License-Identifier: Apache-2.0
// The current time as a contract timestamp with six fractional digits. Any thread.
#pragma once

#include <string>

namespace trace::collector::run {

std::string timestamp_now();

}  // namespace trace::collector::run
