// SPDX-License-Identifier: Apache-2.0
#include "emitter/commands/config.hpp"

#include <fmt/format.h>

#include "emitter/output/failure.hpp"

namespace trace::cli::commands {

Config config_of(const SharedOptions& options) {
  Config config = Config::from_env();
  if (!options.endpoint.empty()) config.endpoint = options.endpoint;
  if (!options.journal_dir.empty()) config.journal_dir = options.journal_dir;
  if (!options.transport.empty()) config.transport = options.transport;
  if (!options.token_file.empty()) {
    config.transport_settings["token_file"] = options.token_file;
    config.transport_settings.erase("token");  // of the environment
  }
  if (options.quiet) {
    config.on_diagnostic = [](const Diagnostic& each) {
      if (each.reason == "lost") output::fail(fmt::format("{}: {}", each.reason, each.text));
    };
  }
  return config;
}

}  // namespace trace::cli::commands
