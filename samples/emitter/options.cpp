#include "options.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "commands.hpp"

namespace trace::cli {

void add_shared(CLI::App& command, SharedOptions& options) {
  const std::string group = "Options of every command";
  command
      .add_option("--endpoint", options.endpoint,
                  "the backend's URL; with --transport file: the path")
      ->group(group)
      ->type_name("URL");
  command.add_option("--journal-dir", options.journal_dir, "where events wait until they are sent")
      ->group(group)
      ->type_name("DIR");
  command.add_option("--token-file", options.token_file, "file with the bearer token")
      ->group(group)
      ->type_name("FILE");
  command.add_option("--transport", options.transport, "http or file")->group(group);
  command.add_flag("--quiet", options.quiet, "only errors on stderr")->group(group);
}

Config config_of(const SharedOptions& options) {
  Config config = Config::from_env();
  if (!options.endpoint.empty()) config.endpoint = options.endpoint;
  if (!options.journal_dir.empty()) config.journal_dir = options.journal_dir;
  if (!options.transport.empty()) config.transport = options.transport;
  if (!options.token_file.empty()) {
    config.transport_settings["token_file"] = options.token_file;
    config.transport_settings.erase("token");  // the environment's token would contradict it
  }
  if (options.quiet) {
    config.on_diagnostic = [](const Diagnostic& each) {
      if (each.reason == "lost") fail(fmt::format("{}: {}", each.reason, each.text));
    };
  }
  return config;
}

void add_node(CLI::App& command, NodeOptions& options) {
  command.add_option("--run", options.run, "the workflow run's id")->required()->type_name("R");
  command.add_option("--node", options.node, "the action's reference in it")
      ->required()
      ->type_name("N");
}

}  // namespace trace::cli
