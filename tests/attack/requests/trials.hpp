// SPDX-License-Identifier: Apache-2.0
// The attacks on the collector, by target.
#pragma once

#include <vector>

#include "faults/table/table.hpp"

namespace trace::testing {

std::vector<Fault> request_attacks();      // malformed requests, foreign hosts and origins
std::vector<Fault> crowd_attacks();        // connections that keep others out
std::vector<Fault> held_memory_attacks();  // memory and descriptors that others hold
std::vector<Fault> browser_attacks();      // pages in a real browser

}  // namespace trace::testing
