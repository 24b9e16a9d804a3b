#include "docker/client_errors.hpp"

#include <utility>

#include "docker/words.hpp"

namespace trace::docker {
namespace {

// Complaints are short.
constexpr std::size_t most_held = 8 * 1024;

}  // namespace

std::string ClientErrors::pass(std::string_view bytes) {
  if (open_) return std::string(bytes);
  held_ += bytes;
  if (held_.size() <= most_held && may_begin_complaint(held_)) return {};
  return release();
}

std::string ClientErrors::release() {
  open_ = true;
  return std::exchange(held_, {});
}

}  // namespace trace::docker
