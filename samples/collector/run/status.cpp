// SPDX-License-Identifier: Apache-2.0
#include "collector/run/status.hpp"

namespace trace::collector::run {

RunStatus derive_status(const store::RunRow& run) noexcept {
  const store::ExternalFacts& external = run.external;
  if (external.engine_status) return *external.engine_status;
  if (external.cancel_requested) return RunStatus::cancelled;
  if (run.events == 0) return RunStatus::queued;
  if (run.cancelled) return RunStatus::cancelled;
  if (run.failed_nodes > 0 && (!run.reopened || run.open_nodes == 0)) return RunStatus::failed;
  const std::uint64_t needed = run.total_actions > 0 ? run.total_actions : run.started_nodes();
  if (run.completed_nodes > 0 && run.completed_nodes >= needed) return RunStatus::completed;
  if (external.worker_lost && run.open_nodes > 0) return RunStatus::failed;
  return RunStatus::running;
}

}  // namespace trace::collector::run
