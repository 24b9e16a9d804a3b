// SPDX-License-Identifier: Apache-2.0
// Endpoint: the parsed base URL of a backend.
//
// Used by the transport, the client and the check of the configuration. Keeps two forms: the one to
// connect to, and the one to show to people, which has neither user-info nor query because both may
// hold credentials. Immutable.
#pragma once

#include <string>
#include <string_view>

namespace trace::http {

// Any URL without user-info, query and fragment; empty when it is not a URL.
std::string shown_url(const std::string& text);

class Endpoint {
 public:
  explicit Endpoint(const std::string& base_url);

  // False when the text is not an HTTP URL; problem() is the rule that it breaks.
  bool usable() const noexcept { return problem_.empty(); }
  const std::string& problem() const noexcept { return problem_; }

  // The URL of a path below the base, with the query of the base appended to the path's own.
  std::string url(std::string_view path_and_query) const;
  // The same for people, without queries.
  std::string shown(std::string_view path) const;

  // True when the host is a loopback name or address.
  bool loopback() const noexcept { return loopback_; }

 private:
  std::string base_;
  std::string query_;
  std::string shown_;
  std::string problem_;
  bool loopback_ = false;
};

}  // namespace trace::http
