// SPDX-License-Identifier: Apache-2.0
// The exit status that stands for a run's verdict, for --exit-status. Pure function, any thread.
#pragma once

#include <trace/status.hpp>

#include "emitter/output/exit.hpp"

namespace trace::cli::commands {

constexpr int exit_status_of(RunStatus status) noexcept {
  if (!is_terminal(status)) return exit_code::not_ended;
  if (status == RunStatus::completed) return exit_code::ok;
  return status == RunStatus::cancelled ? exit_code::interrupted : exit_code::failed;
}

}  // namespace trace::cli::commands
