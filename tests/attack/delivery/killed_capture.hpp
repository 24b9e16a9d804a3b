// SPDX-License-Identifier: Apache-2.0
// The child whose output a killed capture loses a part of: it writes numbered lines for ever, so
// many a second (0: as fast as it can), and counts them in a file. A process of its own, one
// thread.
#pragma once

namespace trace::testing {

int print_lines(const char* per_second, const char* counter);

}  // namespace trace::testing
