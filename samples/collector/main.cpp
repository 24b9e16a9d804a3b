// shiptrace-collector: start-up, and what is told when it fails.
#include <fmt/core.h>

#include <csignal>
#include <cstdio>

#include "collector.hpp"

namespace {

using namespace trace::collector;

int exit_with(ExitCode code) { return static_cast<int>(code); }

std::string advice_for(const boost::system::error_code& fault) {
  if (fault == boost::asio::error::address_in_use) {
    return "; stop what listens there, or choose another port (0 picks a free one)";
  }
  if (fault == boost::asio::error::access_denied) {
    return "; ports below 1024 need privileges, choose another one";
  }
  return {};
}

int serve(const Options& options) {
  std::optional<Collector> collector;
  try {
    collector.emplace(options);
  } catch (const StoreError& error) {
    fmt::print(stderr,
               "shiptrace-collector: cannot use the database {}: {}; the file and its directory "
               "must be writable\n",
               options.database, error.what());
    return exit_with(ExitCode::database);
  }
  try {
    collector->listen(options);
  } catch (const boost::system::system_error& error) {
    fmt::print(stderr, "shiptrace-collector: cannot listen on {}:{}: {}{}\n", options.host,
               options.port, error.code().message(), advice_for(error.code()));
    return exit_with(ExitCode::listen);
  }
  fmt::print("listening on {}\n", collector->url());
  std::fflush(stdout);
  collector->run();
  return exit_with(ExitCode::success);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a client that is gone is told by the write
  try {
    const auto parsed = parse_options(argc, argv);
    if (const auto* code = std::get_if<ExitCode>(&parsed)) return exit_with(*code);
    return serve(std::get<Options>(parsed));
  } catch (const std::exception& error) {
    fmt::print(stderr, "shiptrace-collector: {}\n", error.what());
    return exit_with(ExitCode::failure);
  }
}
