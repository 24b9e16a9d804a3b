// SPDX-License-Identifier: Apache-2.0
#include "collector/options.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <fstream>
#include <optional>

#include "collector/server/access_rules.hpp"

namespace trace::collector {
namespace {

constexpr const char* description =
    "The reference backend of shiptrace: receives trace events over HTTP, stores each exactly\n"
    "once in SQLite, and serves runs, their status, their events and a live stream.\n"
    "docs/ingestion-api.md describes the API.";

constexpr const char* footer = R"(
The first line on stdout is "listening on http://ADDRESS:PORT". SIGTERM and SIGINT end the
collector after it has finished the requests in progress.

A connection is closed when it is idle for 30 s, when a request's head takes more than 10 s, or when
the client falls 10 s behind 16 KiB/s while it sends a body (60 s while it receives a response).

Exit codes:
  0  ended by a signal, or --help
  1  unexpected failure
  2  invalid options, or no token for an address that is not loopback
  3  the database cannot be opened or written
  4  cannot listen on the address

Example:
  shiptrace-collector --listen 127.0.0.1:8400 --db trace.db
  curl http://127.0.0.1:8400/workflows/runs)";

bool read_address(const std::string& text, Options& options) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return false;
  std::string host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  const std::string port = text.substr(colon + 1);
  const auto [end, fault] = std::from_chars(port.data(), port.data() + port.size(), options.port);
  if (fault != std::errc{} || end != port.data() + port.size()) return false;
  options.host = host == "localhost" ? "127.0.0.1" : host;
  in6_addr parsed{};
  return inet_pton(AF_INET, options.host.c_str(), &parsed) == 1 ||
         inet_pton(AF_INET6, options.host.c_str(), &parsed) == 1;
}

bool is_loopback(const std::string& host) { return host.starts_with("127.") || host == "::1"; }

// The first word of the file; nothing when the file cannot be read or is empty.
std::optional<std::string> read_token(const std::string& path) {
  std::ifstream file(path);
  std::string token;
  file >> token;
  if (token.empty()) return std::nullopt;
  return token;
}

// Options that need more parsing than CLI11 does.
struct RawOptions {
  std::string listen = "127.0.0.1:8400";
  std::string token_file = {};
  std::vector<std::string> hosts = {};
  std::vector<std::string> origins = {};
};

std::string read_access(const RawOptions& raw, Options& options) {
  for (const std::string& text : raw.hosts) {
    const auto host = server::parse_authority(text);
    if (!host) {
      return fmt::format(
          "--allow-host: \"{}\" is not NAME or NAME:PORT; use for example traces.local", text);
    }
    options.allowed_hosts.push_back(*host);
  }
  for (const std::string& text : raw.origins) {
    auto origin = server::canonical_origin(text);
    if (!origin) {
      return fmt::format(
          "--allow-origin: \"{}\" is not an origin without a path; use for example "
          "http://localhost:5173",
          text);
    }
    options.allowed_origins.push_back(std::move(*origin));
  }
  return {};
}

// Completes the options. Returns an error message; empty on success.
std::string complete(Options& options, const RawOptions& raw) {
  const auto& [listen, token_file, hosts, origins] = raw;
  if (!read_address(listen, options)) {
    return fmt::format(
        "--listen: \"{}\" is not ADDRESS:PORT with a numeric address; use for example "
        "127.0.0.1:8400",
        listen);
  }
  if (std::string wrong = read_access(raw, options); !wrong.empty()) return wrong;
  if (!token_file.empty()) {
    auto token = read_token(token_file);
    if (!token) return fmt::format("--token-file: {} cannot be read or is empty", token_file);
    options.token = std::move(*token);
  }
  if (options.token.empty() && !is_loopback(options.host)) {
    return fmt::format(
        "--listen: anyone who can reach {} could read and write; require a token with "
        "--token-file, or listen on 127.0.0.1",
        listen);
  }
  if (options.database.find("://") != std::string::npos) {
    return fmt::format("--db: {} is not the path of a SQLite file", options.database);
  }
  return {};
}

}  // namespace

std::variant<Options, ExitCode> parse_options(int argc, char** argv) {
  Options options;
  RawOptions raw;
  long keepalive = options.keepalive.count();

  CLI::App app(description, "shiptrace-collector");
  app.footer(footer);
  app.option_defaults()->always_capture_default();
  const auto add = [&app](const char* name, auto& value, const char* value_name, const char* help) {
    return app.add_option(name, value, help)->type_name(value_name);
  };
  add("--listen", raw.listen, "ADDRESS:PORT", "Address and port; port 0 picks a free one");
  add("--db", options.database, "FILE", "SQLite file, created if it does not exist");
  add("--token-file", raw.token_file, "FILE",
      "File with the bearer token that every request must carry; required for any "
      "address that is not loopback");
  add("--allow-host", raw.hosts, "NAME[:PORT]",
      "Additional host name that clients use for the collector, as in a Host header: "
      "of a proxy, or of this machine in the network. Repeatable. Without a port: "
      "any port. Loopback names and the listen address are always accepted")
      ->default_str("")
      ->allow_extra_args(false);
  add("--allow-origin", raw.origins, "ORIGIN",
      "Web pages of this origin may read and write, for example "
      "http://localhost:5173. Repeatable. Pages of other origins are refused")
      ->default_str("")
      ->allow_extra_args(false);
  add("--max-body", options.max_body, "BYTES",
      "Maximum size of a body in bytes, both as sent and after inflation. All bodies "
      "and responses together may take 16 times as much memory")
      ->check(CLI::Range(std::size_t{1024}, std::size_t{1} << 30));
  add("--max-connections", options.max_connections, "COUNT",
      "Maximum number of open connections; beyond it the one whose client is furthest "
      "behind is closed. Half of them, at most 256, may be live streams")
      ->check(CLI::Range(std::size_t{8}, std::size_t{10'000}));
  add("--keepalive", keepalive, "SECONDS", "Seconds between the keep-alive comments of a stream")
      ->check(CLI::Range(1L, 3600L));
  const auto add_time = [&](const char* name, std::chrono::milliseconds& value, const char* help) {
    app.add_option_function<double>(
           name,
           [&value](double seconds) {
             value = std::chrono::milliseconds(std::llround(seconds * 1000));
           },
           help)
        ->type_name("SECONDS")
        ->default_str(std::to_string(value.count() / 1000))
        ->check(CLI::Range(0.001, 604'800.0));
  };
  add_time("--quiet-time", options.times.quiet.quiet,
           "A run of unknown size, or with a failed node, has its verdict when no node is open and "
           "nothing has happened for so long");
  add_time("--abandon-time", options.times.quiet.abandon,
           "The same while a retry or a counted action is still to come; then the run has failed");
  add_time("--worker-timeout", options.times.worker,
           "A worker that was not heard of for so long is lost, and with it its open nodes");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ExitCode::success : ExitCode::usage;
  }
  options.keepalive = std::chrono::seconds(keepalive);
  if (const std::string wrong = complete(options, raw); !wrong.empty()) {
    fmt::print(stderr, "shiptrace-collector: {}\n", wrong);
    return ExitCode::usage;
  }
  return options;
}

}  // namespace trace::collector
