// SPDX-License-Identifier: Apache-2.0
// shiptrace-collector: start-up, and the messages of its failures. The one place that chooses the
// database.
#include <fmt/core.h>

#include <boost/asio/error.hpp>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>

#include "collector/options.hpp"
#include "collector/server/server.hpp"
#include "collector/store/sqlite/store.hpp"

namespace {

using trace::collector::ExitCode;
using trace::collector::Options;
using trace::collector::server::Server;
using trace::collector::store::StoreError;
using trace::collector::store::sqlite::SqliteStore;

std::string advice_for(const boost::system::error_code& fault) {
  if (fault == boost::asio::error::address_in_use) {
    return "; stop the program that listens there, or choose another port (0 picks a free one)";
  }
  if (fault == boost::asio::error::access_denied) {
    return "; ports below 1024 need privileges, choose another one";
  }
  return {};
}

int serve(const Options& options) {
  std::optional<SqliteStore> store;
  try {
    store.emplace(options.database);
  } catch (const StoreError& error) {
    fmt::print(stderr,
               "shiptrace-collector: cannot use the database {}: {}; the file and its directory "
               "must be writable\n",
               options.database, error.what());
    return ExitCode::database;
  }
  Server server(options, *store);
  try {
    server.listen(options);
  } catch (const boost::system::system_error& error) {
    fmt::print(stderr, "shiptrace-collector: cannot listen on {}:{}: {}{}\n", options.host,
               options.port, error.code().message(), advice_for(error.code()));
    return ExitCode::listen;
  }
  fmt::print("listening on {}\n", server.url());
  std::fflush(stdout);
  server.run();
  return ExitCode::success;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a failed write reports a client that has disconnected
  try {
    const auto parsed = trace::collector::parse_options(argc, argv);
    if (const auto* code = std::get_if<ExitCode>(&parsed)) return *code;
    return serve(std::get<Options>(parsed));
  } catch (const std::exception& error) {
    fmt::print(stderr, "shiptrace-collector: {}\n", error.what());
    return ExitCode::failure;
  }
}
