// SPDX-License-Identifier: Apache-2.0
// The attacks of this table, by file.
#pragma once

#include <vector>

#include "faults/table/table.hpp"

namespace trace::testing {

std::vector<Fault> shape_attacks();
std::vector<Fault> load_attacks();

}  // namespace trace::testing
