// SPDX-License-Identifier: Apache-2.0
// Whether a journal is locked, as the SDK determines it. Any thread.
#pragma once

#include <string>

namespace trace::testing {

// A journal of the directory other than `own` is locked: it is being delivered.
bool locks_another(const std::string& directory, const std::string& own);

}  // namespace trace::testing
