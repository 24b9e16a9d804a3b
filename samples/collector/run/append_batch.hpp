// SPDX-License-Identifier: Apache-2.0
// append_batch: adds one envelope to the store: reads what the batch names, plans, and appends;
// starts over when another writer has changed the run meanwhile. Runs on a store thread.
#pragma once

#include <trace/event.hpp>

#include "collector/run/batch.hpp"
#include "collector/store/store.hpp"

namespace trace::collector::run {

// The result describes committed data. Throws StoreError.
BatchResult append_batch(store::Store& store, const JudgedEnvelope& judged);

}  // namespace trace::collector::run
