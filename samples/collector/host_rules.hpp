// Which names this collector answers to. A web page can make its own name resolve to this machine
// (DNS rebinding) and is then allowed to read what the collector returns: only the Host header
// shows that. Pure functions, used on the I/O thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trace::collector {

// HOST or HOST:PORT as in a Host header, in one spelling: lower case, without a trailing dot, an
// address as inet_ntop writes it, an IPv4 address inside an IPv6 one as the IPv4 address.
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
  // `listen.host` is the address that was asked for, `listen.port` the port that is used. An
  // allowed host without a port is good with every port.
  OwnHosts(Authority listen, std::vector<Authority> allowed)
      : listen_(std::move(listen)), allowed_(std::move(allowed)) {}

  // `local_address`: the address at which the connection arrived, which is ours too when the
  // collector listens on all of them.
  bool contain(const Authority& authority, std::string_view local_address) const;

 private:
  Authority listen_ = {};
  std::vector<Authority> allowed_ = {};
};

}  // namespace trace::collector
