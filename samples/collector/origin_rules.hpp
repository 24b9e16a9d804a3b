// Which web pages may use the collector: its own, and those of the origins that were allowed. A
// browser sends requests of any page to any address, and says in Origin and Sec-Fetch-Site whose
// page it was; only programs that are no browsers send neither. Pure functions, used on the I/O
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "answer.hpp"

namespace trace::collector {

// What a browser says about where a request comes from; empty where it says nothing.
struct RequestSource {
  std::string_view method = {};
  std::string_view host = {};  // the Host header
  std::string_view origin = {};
  std::string_view fetch_site = {};
  std::string_view fetch_mode = {};
  std::string_view fetch_dest = {};
  std::string_view preflight_method = {};  // Access-Control-Request-Method
};

// "http://name:port" in one spelling: lower case, without the scheme's own port. Nothing for what
// is not an http or https origin, "null" included.
std::optional<std::string> canonical_origin(std::string_view text);

class AllowedOrigins {
 public:
  AllowedOrigins() = default;
  // Each in its canonical spelling.
  explicit AllowedOrigins(std::vector<std::string> origins) : origins_(std::move(origins)) {}

  bool contain(std::string_view origin) const;
  bool empty() const noexcept { return origins_.empty(); }

 private:
  std::vector<std::string> origins_ = {};
};

// 403 for the request of a page that may not use the collector.
std::optional<Answer> foreign_page_fault(const RequestSource& source,
                                         const AllowedOrigins& allowed);

// The answer to a browser that asks whether an allowed page may send a request; nothing when the
// request is no such question.
std::optional<Answer> preflight_answer(const RequestSource& source, const AllowedOrigins& allowed);

// The headers that let an allowed page read the answer.
using Headers = std::vector<std::pair<std::string, std::string>>;
Headers sharing_headers(const RequestSource& source, const AllowedOrigins& allowed);

}  // namespace trace::collector
