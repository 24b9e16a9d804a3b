// Endpoint: the base URL of a backend, taken apart once.
//
// Used by transport and client. Keeps two forms: the one to connect to, and the one to show to
// people, which has neither user-info nor query because both may hold credentials. Immutable.
#pragma once

#include <string>
#include <string_view>

namespace trace::http {

class Endpoint {
 public:
  explicit Endpoint(const std::string& base_url);

  // False when the URL cannot be read or is neither http nor https; problem() says what is wrong.
  bool usable() const noexcept { return problem_.empty(); }
  const std::string& problem() const noexcept { return problem_; }

  // The URL of a path below the base; a query of the base follows the path's own.
  std::string url(std::string_view path_and_query) const;
  // The same for people.
  std::string shown(std::string_view path) const;

  // True when the host is this machine by its name or address.
  bool loopback() const noexcept { return loopback_; }

 private:
  std::string base_;
  std::string query_;
  std::string shown_;
  std::string problem_;
  bool loopback_ = false;
};

}  // namespace trace::http
