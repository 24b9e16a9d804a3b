// SPDX-License-Identifier: Apache-2.0
#include "docker/client_errors.hpp"

#include <utility>

#include "docker/client_messages.hpp"

namespace trace::docker {
namespace {

// Longer output is not an error message of the client.
constexpr std::size_t most_held = 8 * 1024;

}  // namespace

std::string ClientErrors::pass(std::string_view bytes) {
  if (open_) return std::string(bytes);
  held_ += bytes;
  if (held_.size() <= most_held && may_begin_client_error(held_)) return {};
  return release();
}

std::string ClientErrors::release() {
  open_ = true;
  return std::exchange(held_, {});
}

}  // namespace trace::docker
