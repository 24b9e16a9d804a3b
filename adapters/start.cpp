// SPDX-License-Identifier: Apache-2.0
// The forms of Session::start(), recover() and Config::from_env() that know every adapter: the
// built-in transports, and the removal of orphaned containers.
#include <trace/capture.hpp>
#include <trace/recovery.hpp>
#include <trace/session.hpp>
#include <trace/transport_type.hpp>

#include <utility>

namespace trace {
namespace {

Dependencies built_in() {
  return {.clean_up_orphans = container_cleaners(), .transports = builtin_transports()};
}

}  // namespace

Config Config::from_env() { return from_env(builtin_transports()); }

Result<Session> Session::start(Config config) { return start(std::move(config), built_in()); }

Result<RecoveryReport> recover(Config config, std::chrono::milliseconds patience,
                               const RecoveryOptions& options) {
  return recover(std::move(config), patience, built_in(), options);
}

}  // namespace trace
