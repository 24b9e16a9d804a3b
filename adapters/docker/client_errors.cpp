#include "docker/client_errors.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace trace::docker {
namespace {

// Complaints are short.
constexpr std::size_t most_held = 8 * 1024;

constexpr std::string_view beginnings[] = {"Error response from daemon:",
                                           "Error: failed to start",
                                           "Error: No such",
                                           "error during connect:",
                                           "Cannot connect to the Docker",
                                           "failed to connect to the docker"};

// A line of the client's own log that comes before the complaint.
constexpr std::string_view log_line_beginning = "time=\"";
constexpr std::string_view log_line_part = "error waiting for container";

bool agree(std::string_view text, std::string_view beginning) {
  return beginning.substr(0, text.size()) == text.substr(0, beginning.size());
}

bool begins_like_a_complaint(std::string_view text) {
  if (agree(text, log_line_beginning)) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return true;
    if (text.substr(0, end).find(log_line_part) == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
  return std::any_of(std::begin(beginnings), std::end(beginnings),
                     [&](std::string_view beginning) { return agree(text, beginning); });
}

}  // namespace

std::string ClientErrors::pass(std::string_view bytes) {
  if (open_) return std::string(bytes);
  held_ += bytes;
  if (held_.size() <= most_held && begins_like_a_complaint(held_)) return {};
  return release();
}

std::string ClientErrors::release() {
  open_ = true;
  return std::exchange(held_, {});
}

}  // namespace trace::docker
