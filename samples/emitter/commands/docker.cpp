// SPDX-License-Identifier: Apache-2.0
// shiptrace docker: a container as a node of a run.

#include <cassert>
#include <optional>
#include <string>
#include <vector>

#include "emitter/commands/commands.hpp"
#include "emitter/commands/traced_child.hpp"
#include "emitter/input/input_file.hpp"
#include "emitter/output/failure.hpp"

namespace trace::cli::commands {
namespace {

// The text of --input, if it is given.
Result<std::optional<std::string>> input_of(const DockerOptions& options) {
  if (options.input.empty()) return std::optional<std::string>();
  std::string text;
  auto read = input::read_pieces(options.input, [&](std::string_view piece) { text += piece; });
  if (!read) return read.error();
  return std::optional(std::move(text));
}

ContainerSpec container_of(const DockerOptions& options, std::vector<std::string> arguments,
                           ChildControl control) {
  ContainerSpec spec;
  spec.image = arguments.front();
  arguments.erase(arguments.begin());
  spec.argv = std::move(arguments);
  spec.env = options.env;
  spec.env_file = options.env_file;
  spec.network = options.network;
  spec.memory = options.memory;
  spec.cpus = options.cpus;
  spec.pids = options.pids;
  spec.read_only = options.read_only;
  spec.user = options.user;
  spec.docker = options.client;
  spec.timeout = control.timeout;
  spec.stop = std::move(control.stop);
  spec.kill = std::move(control.kill);
  spec.pass_on = control.pass_on;
  spec.input = std::move(control.input);
  spec.terminal = control.terminal;
  return spec;
}

}  // namespace

int docker(DockerOptions options, const std::vector<std::string>& arguments) {
  assert(!arguments.empty());
  auto input = input_of(options);
  if (!input) return output::fail(input.error().text(), exit_code::not_started);
  options.child.secret_file = options.env_file;
  return trace_child(options.child, [&](Node node, ChildControl control) {
    ContainerSpec spec = container_of(options, arguments, std::move(control));
    spec.input_file = std::move(*input);
    return run_container(std::move(node), std::move(spec));
  });
}

}  // namespace trace::cli::commands
