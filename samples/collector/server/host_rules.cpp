// SPDX-License-Identifier: Apache-2.0
#include "collector/server/host_rules.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "collector/api/ascii.hpp"

namespace trace::collector::server {
namespace {

std::optional<std::string> canonical_ipv6(const std::string& text) {
  in6_addr address{};
  if (inet_pton(AF_INET6, text.c_str(), &address) != 1) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> out{};
  const bool is_mapped = IN6_IS_ADDR_V4MAPPED(&address) != 0;
  const void* bytes = is_mapped ? static_cast<const void*>(&address.s6_addr[12]) : &address;
  inet_ntop(is_mapped ? AF_INET : AF_INET6, bytes, out.data(), out.size());
  return std::string(out.data());
}

std::optional<std::string> canonical_name(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  std::string name;
  for (const char c : text) {
    if (!api::is_alphanumeric(c) && c != '-' && c != '.' && c != '_') return std::nullopt;
    name += api::to_lower(c);
  }
  return name;
}

bool is_loopback(const std::string& host) {
  in_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) == 1) return host.starts_with("127.");
  return host == "localhost" || host == "::1";
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
  const bool is_bracketed = text.starts_with('[');
  const std::size_t end = is_bracketed ? text.find(']') : text.find(':');
  if (is_bracketed && end == std::string_view::npos) return std::nullopt;
  const auto host = is_bracketed ? canonical_ipv6(std::string(text.substr(1, end - 1)))
                                 : canonical_name(text.substr(0, end));
  if (!host) return std::nullopt;
  std::string_view port = end == std::string_view::npos ? std::string_view{} : text.substr(end);
  if (is_bracketed) port.remove_prefix(1);
  if (port.empty()) return Authority{*host, std::nullopt};
  std::uint16_t number = 0;
  const char* const last = port.data() + port.size();
  const auto [stopped, fault] = std::from_chars(port.data() + 1, last, number);
  if (port.front() != ':' || fault != std::errc{} || stopped != last) return std::nullopt;
  return Authority{*host, number};
}

std::string text_of(const Authority& authority) {
  const bool is_ipv6 = authority.host.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? "[" + authority.host + "]" : authority.host;
  return authority.port ? fmt::format("{}:{}", host, *authority.port) : host;
}

bool OwnHosts::contain(const Authority& authority, std::string_view local_address) const {
  const auto matches = [&](const Authority& allowed) {
    return allowed.host == authority.host && (!allowed.port || allowed.port == authority.port);
  };
  if (std::any_of(allowed_.begin(), allowed_.end(), matches)) return true;
  // A client of a forwarded unix socket sends no port.
  if (authority.port && authority.port != listen_.port) return false;
  return is_loopback(authority.host) || authority.host == listen_.host ||
         authority.host == local_address;
}

}  // namespace trace::collector::server
