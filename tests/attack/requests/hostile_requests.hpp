// SPDX-License-Identifier: Apache-2.0
// Hostile requests as data: what an attacker sends, and the required outcome.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trace::testing {

struct HostileRequest {
  enum class End : std::uint8_t {
    refused,    // one response with `status`, and the connection ends: what follows is not read
    responded,  // one response with `status`; nothing follows
    cut_off,    // the client closes in the middle: no response
  };
  End end;
  std::string name;
  std::string bytes;
  int status = 0;
};

// By target. `port` is the collector's.
std::vector<HostileRequest> hostile_transfer_encodings();
std::vector<HostileRequest> hostile_lengths();
std::vector<HostileRequest> hostile_chunks();
std::vector<HostileRequest> hostile_syntax();
std::vector<HostileRequest> hostile_hosts(unsigned short port);
std::vector<HostileRequest> hostile_origins(unsigned short port);
std::vector<HostileRequest> hostile_content();

// An envelope that must never be stored.
std::string hostile_line();
// POST /trace/events with everything that is needed, `headers` (whole lines) and `body`.
std::string hostile_post(std::string_view headers, std::string_view body = hostile_line());
// GET /workflows/runs with `headers` and no others.
std::string bare_get(std::string_view headers);

}  // namespace trace::testing
