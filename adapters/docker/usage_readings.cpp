// SPDX-License-Identifier: Apache-2.0
#include "docker/usage_readings.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace trace::docker {
namespace {

constexpr std::chrono::milliseconds first_pause{25};
constexpr std::chrono::milliseconds longest_pause{500};
constexpr std::size_t id_length = 64;

std::vector<std::string> places_of(const std::string& id) {
  if (id.size() != id_length) return {};
  const std::string ours =
      fmt::format("user.slice/user-{0}.slice/user@{0}.service/user.slice/", ::getuid());
  return {"docker/" + id,
          "system.slice/docker-" + id + ".scope",
          "libpod_parent/libpod-" + id,
          "machine.slice/libpod-" + id + ".scope",
          ours + "docker-" + id + ".scope",
          ours + "libpod-" + id + ".scope"};
}

}  // namespace

UsageReadings::UsageReadings(child::Loop& loop, const std::string& id)
    : Timed(loop),
      places_(places_of(id)),
      pause_(first_pause),
      due_(child::Steady::now() + first_pause) {}

void UsageReadings::tick(child::Steady::time_point now) {
  pause_ = std::min(pause_ * 2, longest_pause);
  due_ = now + pause_;
  if (!group_) group_ = child::ControlGroup::at(places_);
  if (!group_) return;
  auto read = group_.usage();
  if (!read) return;
  if (last_) read->max_rss_bytes = std::max(read->max_rss_bytes, last_->max_rss_bytes);
  last_ = read;
}

}  // namespace trace::docker
