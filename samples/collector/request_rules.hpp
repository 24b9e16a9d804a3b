// Which requests are answered before their body is read, and how: whose host, whose page,
// credentials, address, method, kind of content. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "answer.hpp"
#include "host_rules.hpp"
#include "origin_rules.hpp"
#include "router.hpp"

namespace trace::collector {

// Who may use the collector, and under which names.
struct AccessRules {
  OwnHosts hosts = {};
  AllowedOrigins origins = {};
  std::string token = {};  // empty: none is asked for
};

// The parts of a request's head that decide; empty where it has none.
struct RequestHead {
  RequestSource source = {};
  std::string_view target_authority = {};  // of a target in absolute form
  std::string_view authorization = {};
  std::string_view content_type = {};
  std::string_view content_encoding = {};
  bool has_body = false;
};

// The answer, or nothing when the body may be read and the request be done. `local_address`: where
// the connection arrived.
std::optional<Answer> early_answer(const RequestHead& head, const std::optional<Route>& route,
                                   const AccessRules& rules, std::string_view local_address);

}  // namespace trace::collector
