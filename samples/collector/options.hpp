// The collector's command line, checked. Read once, before any thread is started.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "host_rules.hpp"

namespace trace::collector {

// What the process exits with.
enum class ExitCode : int {
  success = 0,
  failure = 1,   // something that none of the others names
  usage = 2,     // wrong options, or a token is missing
  database = 3,  // the database cannot be used
  listen = 4,    // the address cannot be listened on
};

struct Options {
  std::string host = "127.0.0.1";  // a numeric address
  std::uint16_t port = 8400;       // 0: a free one
  std::string database = "trace.db";
  std::string token = {};  // empty: none is asked for
  std::vector<Authority> allowed_hosts = {};
  std::vector<std::string> allowed_origins = {};  // in their canonical spelling
  std::size_t max_body = std::size_t{16} << 20;
  std::size_t max_connections = 512;
  std::chrono::seconds keepalive{15};
};

// The options, or what to exit with at once (--help, or errors that have been told on stderr).
std::variant<Options, ExitCode> parse_options(int argc, char** argv);

}  // namespace trace::collector
