// SPDX-License-Identifier: Apache-2.0
// The trials of backends that are out of order, by what is wrong with them.
#pragma once

#include <vector>

#include "faults/backend/delivery.hpp"
#include "faults/table/table.hpp"

namespace trace::testing {

std::vector<Fault> connection_faults();
std::vector<Fault> tls_faults();
std::vector<Fault> answer_faults();

}  // namespace trace::testing
