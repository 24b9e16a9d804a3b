// SPDX-License-Identifier: Apache-2.0
// FinalizedConfig: a configuration that was checked and cannot be wrong. Session::start() and
// recover() make it once; the code below them sees only this. Immutable, so safe on any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <trace/config.hpp>
#include <trace/result.hpp>
#include <trace/session.hpp>
#include "config/environment.hpp"

namespace trace::detail::config {

class FinalizedConfig {
 public:
  const Config& values() const noexcept { return values_; }

  // Absolute. Empty when the configuration names none and the process has no home directory; the
  // journal is in memory then.
  std::string journal_dir;

  // What is always redacted: the credentials among the settings of all registered transports, and
  // those that the transport itself reports.
  std::vector<Credential> credentials;

 private:
  friend Result<FinalizedConfig> finalize(Config config, const TransportRegistry* transports,
                                          const Environment& environment);
  FinalizedConfig(Config values, std::string directory)
      : journal_dir(std::move(directory)), values_(std::move(values)) {}

  Config values_;
};

// Checks everything and reports every wrong field at once, by its name in Config and in the
// environment. `transports`: of which Config::transport names one; null when the caller has made
// the transport. `environment` has the default directory of the journal.
Result<FinalizedConfig> finalize(Config config, const TransportRegistry* transports,
                                 const Environment& environment = process_environment());

// The same for a start: makes the transport when `dependencies` has none.
Result<FinalizedConfig> finalize(Config config, Dependencies& dependencies);

}  // namespace trace::detail::config
