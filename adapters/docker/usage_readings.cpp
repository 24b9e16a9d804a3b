// SPDX-License-Identifier: Apache-2.0
#include "docker/usage_readings.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace trace::docker {
namespace {

using namespace std::chrono_literals;

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
    : places_(places_of(id)), readings_(loop, 25ms, 500ms, [this] { read(); }) {}

void UsageReadings::read() {
  if (!group_) group_ = child::ControlGroup::at(places_);
  if (!group_) return;
  const auto now = group_.usage();
  if (!now) return;
  const std::uint64_t most =
      std::max(now->max_rss_bytes, last_ ? last_->max_rss_bytes : std::uint64_t{0});
  last_ = now;
  last_->max_rss_bytes = most;
}

}  // namespace trace::docker
