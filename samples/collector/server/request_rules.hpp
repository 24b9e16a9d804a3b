// SPDX-License-Identifier: Apache-2.0
// The checks of a request's head, in their order: host, origin, credentials, path, method, content
// type. A request that fails one is refused before its body is read. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "collector/api/response.hpp"
#include "collector/api/routes.hpp"
#include "collector/server/host_rules.hpp"
#include "collector/server/origin_rules.hpp"

namespace trace::collector::server {

// Who may use the collector, and under which host names.
struct AccessRules {
  OwnHosts hosts = {};
  AllowedOrigins origins = {};
  std::string token = {};  // empty: none is required
};

// The parts of a head that are checked; empty where they are absent.
struct RequestHead {
  RequestSource source = {};
  std::string_view target_authority = {};  // of a target in absolute form
  std::string_view authorization = {};
  std::string_view content_type = {};
  std::string_view content_encoding = {};
  bool has_body = false;
};

// The refusal, or the response to a preflight; nothing when the request may be handled.
// `local_address`: the address on which the connection arrived.
std::optional<api::Response> early_response(const RequestHead& head, const api::Route& route,
                                            const AccessRules& rules,
                                            std::string_view local_address);

}  // namespace trace::collector::server
