// HttpOptions: what the HTTP adapter needs to know to reach a backend.
//
// A copy of the fields of Config that concern HTTP, so that a tool can use the client without a
// session. Plain data; read once, when a transport or client is made.
#pragma once

#include <trace/config.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace trace::http {

// docs/decisions/0003-compression.md tells why.
enum class Compression : std::uint8_t {
  automatic,  // what the server has offered; nothing on this machine
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

SHIPTRACE_API HttpOptions http_options(const Config& config);

}  // namespace trace::http
