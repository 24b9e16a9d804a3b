// SPDX-License-Identifier: Apache-2.0
// The rows of the table, by what the attacker has.
#pragma once

#include <vector>

#include "faults/table/table.hpp"

namespace trace::testing {

std::vector<Fault> owner_rows();   // files and directories of another user, or writable by others
std::vector<Fault> link_rows();    // links, FIFOs and directories under our names
std::vector<Fault> bound_rows();   // journals that cost time and memory
std::vector<Fault> budget_rows();  // floods of what is kept

}  // namespace trace::testing
