// SPDX-License-Identifier: Apache-2.0
#include "support/add_secrets.hpp"

#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

#include <trace/redaction.hpp>

namespace trace::bench {
namespace {

constexpr std::size_t shortest = 12;
constexpr std::size_t longest = 40;
constexpr std::string_view characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

}  // namespace

void add_secrets(Session& session, std::uint64_t count) {
  std::minstd_rand random(1);
  for (std::uint64_t i = 0; i < count; ++i) {
    std::string value(shortest + random() % (longest - shortest + 1), ' ');
    for (char& c : value) c = characters[random() / 64 % characters.size()];
    if (!is_redacted(session.add_secret(std::string_view(value)))) {
      throw std::runtime_error("a secret was not taken");
    }
  }
}

}  // namespace trace::bench
