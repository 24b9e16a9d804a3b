// SPDX-License-Identifier: Apache-2.0
#include "attack/secrets/store.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <sstream>

#include "support/child.hpp"

namespace trace::testing {

using namespace std::chrono_literals;

int Store::run(const std::string& node, std::vector<std::string> argv,
               std::map<std::string, std::string> env) {
  std::vector<std::string> command{SHIPTRACE_CLI_BINARY,
                                   "run",
                                   "--endpoint",
                                   collector_.url(),
                                   "--journal-dir",
                                   directory_ / "journal",
                                   "--run",
                                   "r",
                                   "--node",
                                   node,
                                   "--quiet",
                                   "--"};
  command.insert(command.end(), argv.begin(), argv.end());
  return trace::testing::run({.argv = std::move(command),
                              .env = std::move(env),
                              .without_env = {"SHIPTRACE_TOKEN", "SHIPTRACE_TOKEN_FILE"}},
                             60s)
      .status.code;
}

std::string Store::events() {
  return trace::testing::run({.argv = {SHIPTRACE_CLI_BINARY, "tail", "--endpoint", collector_.url(),
                                       "--run", "r", "--json"}},
                             60s)
      .output;
}

std::string Store::printed(const std::string& node) {
  std::string text;
  std::istringstream lines(events());
  simdjson::dom::parser parser;
  for (std::string line; std::getline(lines, line);) {
    const simdjson::dom::element event = parser.parse(line);
    std::string_view stream;
    if (event["data"]["stream"].get(stream) != simdjson::SUCCESS || stream != "stdout") continue;
    if (std::string_view(event["nodeId"]) != node) continue;
    text.append(std::string_view(event["message"])).append("\n");
  }
  return text;
}

}  // namespace trace::testing
