// SPDX-License-Identifier: Apache-2.0
// The host names under which this collector accepts requests. A web page can make its own name
// resolve to this machine (DNS rebinding) and may then read every response: only the Host header
// reveals that. Pure functions, used on the I/O thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trace::collector::server {

// HOST or HOST:PORT as in a Host header, in canonical form: lower case, without a trailing dot,
// addresses as inet_ntop writes them, IPv4-mapped addresses as IPv4.
struct Authority {
  std::string host = {};
  std::optional<std::uint16_t> port = {};
};

// Nothing when the text is not HOST[:PORT].
std::optional<Authority> parse_authority(std::string_view text);
// "[::1]:8400"; without a port when there is none.
std::string text_of(const Authority& authority);

class OwnHosts {
 public:
  OwnHosts() = default;
  // `listen`: the configured address and the port in use. An allowed host without a port is
  // accepted with every port.
  OwnHosts(Authority listen, std::vector<Authority> allowed)
      : listen_(std::move(listen)), allowed_(std::move(allowed)) {}

  // `local_address`: the address on which the connection arrived, which is the collector's as well
  // when it listens on all addresses.
  bool contain(const Authority& authority, std::string_view local_address) const;

 private:
  Authority listen_ = {};
  std::vector<Authority> allowed_ = {};
};

}  // namespace trace::collector::server
