// SPDX-License-Identifier: Apache-2.0
// The attacks on captures, by who makes them.
#pragma once

#include <vector>

#include "faults/table/table.hpp"

namespace trace::testing {

std::vector<Fault> reader_attacks();    // readers of our output that do not read, or leave
std::vector<Fault> resource_attacks();  // a machine that has run out of something
std::vector<Fault> signal_attacks();    // files that are cut, signals that are blocked
std::vector<Fault> docker_attacks();    // the same of containers, and what docker refuses

}  // namespace trace::testing
