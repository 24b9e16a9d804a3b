#include "recovery/adoptions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "recovery/orphan.hpp"

namespace trace::detail {
namespace {

using namespace std::chrono_literals;

constexpr Steady::duration look_interval = 30s;
// While a journal's rest is refused, for others that could have their turn.
constexpr Steady::duration look_aside_interval = 1s;
constexpr Steady::duration longest_pause = 10min;

}  // namespace

Adoptions::Adoptions(std::string directory, std::string transport, std::string endpoint,
                     std::string own, AdoptionParts parts, ShipperLimits limits)
    : directory_(std::move(directory)),
      transport_(std::move(transport)),
      endpoint_(std::move(endpoint)),
      own_(std::move(own)),
      parts_(parts),
      limits_(limits) {}

Steady::time_point Adoptions::step(Steady::time_point now) {
  if (current_ == nullptr) {
    if (now < next_look_) return next_look_;
    current_ = find(now);
    found_ = current_ != nullptr;
    looked_ = true;
    if (!found_) return next_look_ = now + look_interval;
  }
  // What was refused may be given up now, or taken.
  if (current_->only_refused_is_left() && parts_.taken.count() > taken_before_) {
    current_->hurry(now + limits_.request_timeout);
  }
  taken_before_ = parts_.taken.count();
  const Steady::time_point next = current_->step(now);
  if (current_->done()) {
    finish_current(now);
    return now;
  }
  if (!current_->only_refused_is_left() || now < next_look_aside_) return next;
  give_way(now);
  return std::min(next, next_look_aside_);
}

void Adoptions::give_way(Steady::time_point now) {
  next_look_aside_ = now + look_aside_interval;
  auto other = find(now);
  if (other == nullptr) return;
  postponed_[current_->path()] = {now + look_interval, parts_.taken.count(), look_interval};
  count_current();
  current_ = std::move(other);
  next_look_aside_ = {};
}

// Once for each adoption, before it goes.
void Adoptions::count_current() {
  const ShipperCounters& counters = current_->counters();
  progress_ = progress() + 1;
  delivered_ = events_delivered();
  rejected_ = events_rejected();
  lost_ += counters.unreadable + counters.discarded;
  quarantined_ += current_->quarantined();
}

void Adoptions::finish_current(Steady::time_point now) {
  count_current();
  lost_nodes_ += current_->lost_nodes();
  const std::string& path = current_->path();
  if (current_->still_running().empty()) {
    postponed_.erase(path);
    ++journals_removed_;
  } else {
    left_alone_.insert(current_->still_running());
    const auto known = postponed_.find(path);
    const Steady::duration pause = known == postponed_.end()
                                       ? look_interval
                                       : std::min(2 * known->second.pause, longest_pause);
    postponed_[path] = {now + pause, std::nullopt, pause};
  }
  current_.reset();
}

std::unique_ptr<Adoption> Adoptions::find(Steady::time_point now) {
  remove_leftovers(directory_);
  for (const std::string& path : journals_in(directory_)) {
    if (path == own_) continue;
    const auto postponed = postponed_.find(path);
    if (postponed != postponed_.end() && now < postponed->second.until &&
        postponed->second.taken.value_or(UINT64_MAX) >= parts_.taken.count()) {
      continue;
    }
    const auto fd = lock_orphan(path);
    if (!fd) continue;
    auto reader = JournalReader::read(*fd, path);
    std::string why;
    if (!reader) {
      why = reader.error().text();
    } else if (reader->header().transport != transport_ || reader->header().endpoint != endpoint_) {
      why = fmt::format("{}: is bound for {} {}", path, reader->header().transport,
                        reader->header().endpoint);
    } else {
      return std::make_unique<Adoption>(std::move(*reader), parts_, limits_);
    }
    if (left_alone_.insert(why).second) parts_.diagnostics.report("recovery", why);
  }
  return nullptr;
}

std::vector<std::string> Adoptions::refused() const {
  std::vector<std::string> paths;
  for (const auto& [path, postponed] : postponed_) {
    if (postponed.taken) paths.push_back(path);
  }
  return paths;
}

void Adoptions::hurry(Steady::time_point deadline) {
  if (current_) current_->hurry(deadline);
}

std::uint64_t Adoptions::events_delivered() const noexcept {
  return delivered_ + (current_ ? current_->counters().acknowledged.load() : 0);
}

std::uint64_t Adoptions::progress() const noexcept {
  if (!current_) return progress_;
  const ShipperCounters& counters = current_->counters();
  return progress_ + counters.acknowledged + counters.own_acknowledged + counters.rejected;
}

std::uint64_t Adoptions::events_rejected() const noexcept {
  return rejected_ + (current_ ? current_->counters().rejected.load() : 0);
}

}  // namespace trace::detail
