#include "config/http_url.hpp"

#include <algorithm>

#include "config/units.hpp"

namespace trace::detail::config {
namespace {

bool is_port(std::string_view text) {
  const auto number = count_from_text(text);
  return number && *number >= 1 && *number <= 65535;
}

bool is_ipv6_character(char c) {
  return std::string_view("0123456789abcdefABCDEF:.%").find(c) != std::string_view::npos;
}

// The host and port behind any user-info. The user-info itself is nobody's business here; it is
// a credential and must not get into a message.
std::string host_fault(std::string_view authority) {
  std::string_view host = authority.substr(0, authority.rfind(':'));
  std::string_view port = authority.substr(std::min(host.size() + 1, authority.size()));
  bool has_port = host.size() < authority.size();
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return "has an IPv6 address without its closing ]";
    host = authority.substr(1, end - 1);
    const std::string_view rest = authority.substr(end + 1);
    if (!std::all_of(host.begin(), host.end(), is_ipv6_character)) {
      return "has no IPv6 address between [ and ]";
    }
    has_port = !rest.empty();
    if (has_port && !rest.starts_with(':')) return "has something other than a port after ]";
    port = rest.substr(has_port ? 1 : 0);
  } else if (host.find(':') != std::string_view::npos) {
    return "must have an IPv6 address between [ and ]";
  }
  if (host.empty()) return "has no host; write http://host:port";
  if (has_port && !is_port(port)) return "must have a port from 1 to 65535";
  return {};
}

}  // namespace

std::string http_url_fault(std::string_view url) {
  std::string_view rest = url;
  if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else {
    return "must begin with http:// or https://";
  }
  if (rest.find(' ') != std::string_view::npos) return "must not contain spaces";
  if (rest.find('#') != std::string_view::npos) return "must not have a fragment (#…)";
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  const std::size_t at = authority.rfind('@');
  return host_fault(at == std::string_view::npos ? authority : authority.substr(at + 1));
}

}  // namespace trace::detail::config
