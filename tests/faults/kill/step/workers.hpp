// SPDX-License-Identifier: Apache-2.0
// The workers that are stepped: each goes through one part of a journal's life, in a process of its
// own, with a single thread that runs.
#pragma once

#include <string>

#include "kill/step/ledger.hpp"

namespace trace::testing {

// A session that records over several slabs, a node's start and end included. Its threads never
// run.
void record_over_slabs(Ledger& ledger, const std::string& directory);

// Lanes, shipper and keeper's work in turn: events are acknowledged, watermarks made and raised,
// slabs given back, reset and used again.
void deliver_and_recycle(Ledger& ledger, const std::string& directory);

// Leaves a journal of two lanes, some of its events acknowledged; nothing is stepped.
void leave_an_orphan(Ledger& ledger, const std::string& directory);
// Delivers it.
void adopt_the_orphan(Ledger& ledger, const std::string& directory);

}  // namespace trace::testing
