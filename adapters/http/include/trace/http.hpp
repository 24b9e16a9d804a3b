// SPDX-License-Identifier: Apache-2.0
// The HTTP transport: batches as NDJSON to POST {endpoint}/trace/events (docs/ingestion-api.md).
//
// Registered as "http" in builtin_transports(); programs that link shiptrace::http alone register
// transport_type() themselves, or make the transport from HttpOptions. One thread sends, any thread
// interrupts; an interrupt() between two sends ends the next one.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <trace/export.hpp>
#include <trace/transport.hpp>
#include <trace/transport_type.hpp>

namespace trace::http {

// docs/decisions/0003-compression.md explains the choice.
enum class Compression : std::uint8_t {
  automatic,  // what the server has offered; none when it is on this machine
  offered,    // what the server has offered, wherever it is
  none,
};

struct HttpOptions {
  std::string endpoint;  // base URL; /trace/events is appended
  std::string token;     // at most one of token and token_file
  std::string token_file;
  std::string ca_file;  // empty here and below: the system's own
  std::string client_certificate_file;
  std::string client_key_file;
  std::string proxy;
  std::string unix_socket;
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds request_timeout{30000};
  Compression compression = Compression::automatic;
};

SHIPTRACE_API TransportType transport_type();

// What `config` says for this transport, whatever Config::transport is; or all that is wrong.
SHIPTRACE_API Result<HttpOptions> http_options(const Config& config);

// Does no I/O and accepts any options: when they are wrong, each send() returns `refused`.
SHIPTRACE_API std::unique_ptr<Transport> make_http_transport(const HttpOptions& options);

}  // namespace trace::http
