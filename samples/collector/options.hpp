// SPDX-License-Identifier: Apache-2.0
// The collector's command line, parsed and checked once, before any thread is started.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "collector/run/watch.hpp"
#include "collector/server/access_rules.hpp"

namespace trace::collector {

enum ExitCode : int {
  success = 0,
  failure = 1,   // anything that the others do not cover
  usage = 2,     // invalid options, or a missing token
  database = 3,  // the database cannot be used
  listen = 4,    // the address cannot be listened on
};

struct Options {
  std::string host = "127.0.0.1";  // a numeric address
  std::uint16_t port = 8400;       // 0: a free one
  std::string database = "trace.db";
  std::string token = {};  // empty: none is required
  std::vector<server::Authority> allowed_hosts = {};
  std::vector<std::string> allowed_origins = {};  // in canonical form
  std::size_t max_body = std::size_t{16} << 20;
  std::size_t max_connections = 512;
  std::chrono::seconds keepalive{15};
  run::WatchTimes times = {};
};

// The options, or the code to exit with (after --help, or after an error was printed to stderr).
std::variant<Options, ExitCode> parse_options(int argc, char** argv);

}  // namespace trace::collector
