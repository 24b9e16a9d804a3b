// SPDX-License-Identifier: Apache-2.0
// The status of a run: one pure function of its row. The first rule that applies decides:
//
//   1. a workflow engine reported a status             that status
//   2. a user requested cancellation                   CANCELLED
//   3. no event is stored                              QUEUED
//   4. an event announced the cancellation             CANCELLED
//   5. a node failed without a retry to come           FAILED
//   6. totalActions nodes completed, or, while that    COMPLETED
//      is unknown, every node that was started
//   7. a node is open and its worker is lost           FAILED
//   8. otherwise                                       RUNNING
//
// 1, 2 and 7 are ExternalFacts: events never withdraw them. A STARTED event of any node withdraws 4
// and 5 (run/transitions.hpp). After that, once no node is open, 5 applies again if a failed node
// was not started again. Used for ingestion responses and by the read API.
#pragma once

#include <trace/status.hpp>

#include "collector/store/rows.hpp"

namespace trace::collector::run {

RunStatus derive_status(const store::RunRow& run) noexcept;

}  // namespace trace::collector::run
