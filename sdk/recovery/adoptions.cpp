#include "recovery/adoptions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "recovery/orphan.hpp"

namespace trace::detail {
namespace {

using namespace std::chrono_literals;

constexpr auto look_interval = 30s;

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
    found_ = look();
    looked_ = true;
    if (!found_) return next_look_ = now + look_interval;
  }
  const Steady::time_point next = current_->step(now);
  if (!current_->done()) return next;
  finish_current();
  return now;
}

void Adoptions::finish_current() {
  progress_ = progress() + 1;
  delivered_ = events_delivered();
  rejected_ = events_rejected();
  lost_nodes_ += current_->lost_nodes();
  if (!current_->still_running().empty()) left_alone_.insert(current_->still_running());
  ++journals_removed_;
  current_.reset();
}

bool Adoptions::look() {
  remove_leftovers(directory_);
  for (const std::string& path : journals_in(directory_)) {
    if (path == own_) continue;
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
      current_ = std::make_unique<Adoption>(std::move(*reader), parts_, limits_);
      return true;
    }
    if (left_alone_.insert(why).second) parts_.diagnostics.report("recovery", why);
  }
  return false;
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
