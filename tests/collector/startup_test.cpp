// SPDX-License-Identifier: Apache-2.0
// Starting the collector, and what it says when it cannot start.
#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "client.hpp"
#include "envelopes.hpp"
#include "support/child.hpp"
#include "support/collector.hpp"
#include "support/temp_dir.hpp"

using namespace trace::testing;

namespace {

Finished start(const std::vector<std::string>& options) {
  Command command;
  command.argv = {SHIPTRACE_COLLECTOR_BINARY};
  command.argv.insert(command.argv.end(), options.begin(), options.end());
  return run(std::move(command));
}

bool says(const Finished& finished, const std::string& text) {
  INFO("stderr: " << finished.errors);
  return finished.errors.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("the first line contains the address, and SIGINT and SIGTERM exit with 0") {
  TempDir directory;
  for (const int signal : {SIGINT, SIGTERM}) {
    Child child(Command{.argv = {SHIPTRACE_COLLECTOR_BINARY, "--listen", "127.0.0.1:0", "--db",
                                 directory / "trace.db"}});
    const std::string line = child.first_line();
    const std::string before = "listening on http://127.0.0.1:";
    REQUIRE(line.find(before) == 0);
    const std::string port = line.substr(before.size());
    CHECK(port.find_first_not_of("0123456789") == std::string::npos);
    CHECK(Client("http://127.0.0.1:" + port).get("/workflows/runs").status == 200);
    child.signal(signal);
    CHECK(child.wait() == ExitStatus{0, 0});
    CHECK(child.errors().empty());
    CHECK(child.output() == line + "\n");
    // A closed database is one file.
    CHECK(std::filesystem::exists(directory / "trace.db"));
    CHECK_FALSE(std::filesystem::exists(directory / "trace.db-wal"));
  }
}

TEST_CASE("--help says everything and exits 0") {
  const Finished help = start({"--help"});
  CHECK(help.status == ExitStatus{0, 0});
  for (const char* text :
       {"--listen", "--db", "--token-file", "--max-body", "--keepalive", "--allow-host",
        "--allow-origin", "--max-connections", "Exit codes", "127.0.0.1:8400"}) {
    CHECK(help.output.find(text) != std::string::npos);
  }
}

TEST_CASE("wrong options exit 2 and say what is right") {
  TempDir directory;
  const std::string database = directory / "trace.db";
  const auto refused = [&](std::vector<std::string> options, const std::string& text) {
    options.insert(options.end(), {"--db", database});
    const Finished finished = start(options);
    CHECK(finished.status == ExitStatus{2, 0});
    CHECK(finished.output.empty());
    CHECK(says(finished, text));
  };
  refused({"--listen", "nonsense"}, "ADDRESS:PORT");
  refused({"--listen", "127.0.0.1:99999"}, "ADDRESS:PORT");
  refused({"--listen", "example.org:80"}, "numeric address");
  refused({"--listen", "0.0.0.0:0"}, "--token-file");
  refused({"--listen", "[::]:0"}, "--token-file");
  refused({"--token-file", directory / "missing"}, "cannot be read or is empty");
  std::ofstream(directory / "empty") << "\n";
  refused({"--token-file", directory / "empty"}, "cannot be read or is empty");
  refused({"--max-body", "10"}, "--max-body");
  refused({"--max-connections", "0"}, "--max-connections");
  refused({"--allow-host", "http://name"}, "--allow-host: \"http://name\" is not NAME");
  refused({"--allow-host", "*"}, "--allow-host: \"*\" is not NAME");
  for (const char* origin : {"*", "null", "localhost:5173", "http://localhost:5173/"}) {
    refused({"--allow-origin", origin}, std::string("--allow-origin: \"") + origin + "\" is not");
  }
  refused({"--nonsense"}, "--nonsense");
  CHECK_FALSE(std::filesystem::exists(database));
  const Finished url = start({"--db", "postgres://x/y"});
  CHECK(url.status == ExitStatus{2, 0});
  CHECK(says(url, "SQLite"));
}

TEST_CASE("any address is fine with a token") {
  TempDir directory;
  std::ofstream(directory / "token") << "t\n";
  Child child(Command{.argv = {SHIPTRACE_COLLECTOR_BINARY, "--listen", "0.0.0.0:0", "--db",
                               directory / "trace.db", "--token-file", directory / "token"}});
  CHECK(child.first_line().find("listening on http://0.0.0.0:") == 0);
  child.signal(SIGTERM);
  CHECK(child.wait() == ExitStatus{0, 0});
}

TEST_CASE("a database that cannot be used exits 3") {
  TempDir directory;
  const auto refused = [&](const std::string& database, const std::string& text) {
    const Finished finished = start({"--listen", "127.0.0.1:0", "--db", database});
    CHECK(finished.status == ExitStatus{3, 0});
    CHECK(finished.output.empty());
    CHECK(says(finished, database));
    CHECK(says(finished, text));
  };
  refused(directory / "missing/trace.db", "unable to open database file");
  refused(directory.path().string(), "unable to open database file");
  std::ofstream(directory / "text") << std::string(4096, 'x');
  refused(directory / "text", "not a database");
}

TEST_CASE("a port that is taken exits 4") {
  Collector collector;
  TempDir directory;
  const std::string address = collector.url().substr(std::string("http://").size());
  const Finished finished = start({"--listen", address, "--db", directory / "trace.db"});
  CHECK(finished.status == ExitStatus{4, 0});
  CHECK(says(finished, address));
  CHECK(says(finished, "in use"));
}
