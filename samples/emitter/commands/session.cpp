// SPDX-License-Identifier: Apache-2.0
// What the commands share: the configuration from their options, and how they close a session and
// report what it lost, kept, or had rejected.
#include "emitter/commands/commands.hpp"

#include <fmt/format.h>

#include "emitter/output/exit.hpp"
#include "emitter/output/text.hpp"

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

bool close(Session& session, const Config& config, const std::string& finished) {
  const Closed closed = session.close(config.close_timeout);
  if (closed.kept > 0 && !finished.empty()) {
    fmt::print(stderr,
               "that the run {} is finished is kept in {}; the next start or 'shiptrace recover' "
               "sends it\n",
               output::printable(finished), output::printable(closed.journal));
  } else if (closed.kept > 0) {
    fmt::print(stderr, "{} events kept in {}; the next start or 'shiptrace recover' sends them\n",
               output::thousands(closed.kept), output::printable(closed.journal));
  }
  return closed.lost == 0 && session.stats().dropped == 0;
}

int rejected(std::uint64_t events) {
  return output::fail(fmt::format(
      "the backend rejected {} events; rejected.ndjson in the journal directory says why",
      output::thousands(events)));
}

}  // namespace trace::cli::commands
