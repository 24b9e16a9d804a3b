// SPDX-License-Identifier: Apache-2.0
#include "recovery/adoptions.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <utility>

#include "journal/descriptor.hpp"
#include "journal/tail_format.hpp"
#include "recovery/found_tail.hpp"
#include "text/json_text.hpp"

namespace trace::detail::recovery {
namespace {

using namespace std::chrono_literals;

constexpr auto look_interval = 30s;
// Between attempts to remove what one dead session left running.
constexpr auto longest_pause = 10min;
// For reading, per step.
constexpr auto step_time = 20ms;
constexpr std::size_t most_reported_at_once = 3;

// A start needs milliseconds from creating its file to naming it.
constexpr time_t unfinished_after_seconds = 600;

// The events of a dead session have waited long enough.
ship::ShipperLimits without_delay(ship::ShipperLimits limits) noexcept {
  limits.delay = {};
  return limits;
}

bool is_old(const journal::JournalDirectory& directory, std::string_view name) noexcept {
  const auto info = directory.status(name);
  return info && std::time(nullptr) - info->st_mtime >= unfinished_after_seconds;
}

}  // namespace

Adoptions::Adoptions(Destination destination, std::string own, time::Steady::duration turn,
                     AdoptionParts parts, ship::ShipperLimits limits)
    : destination_(std::move(destination)),
      own_(std::move(own)),
      turn_(turn),
      parts_(std::move(parts)),
      limits_(without_delay(limits)) {}

time::Steady::time_point Adoptions::step(time::Steady::time_point now) {
  if (current_ == nullptr) return look(now);
  // Refused events may be given up now, or accepted.
  if (current_->only_refused_is_left() && current_->holds_refused() && now >= next_hurry_ &&
      parts_.taken.count() > seen_taken_) {
    next_hurry_ = now + look_interval;
    seen_taken_ = parts_.taken.count();
    current_->hurry(now + limits_.request_timeout);
  }
  if (!current_->only_refused_is_left()) seen_taken_ = parts_.taken.count();
  const time::Steady::time_point next = current_->step(now);
  if (current_->done()) {
    finish_current(now);
    return now;
  }
  end_turn(now);
  return current_ == nullptr ? now : next;
}

time::Steady::time_point Adoptions::look(time::Steady::time_point now) {
  const time::Steady::time_point step_end = time::Steady::now() + step_time;
  if (!reader_ && waiting_.empty()) {
    if (looked_ && !found_ && now < next_look_) return next_look_;
    begin_look(now);
  }
  while (current_ == nullptr && (reader_ || !waiting_.empty()) && time::Steady::now() < step_end) {
    if (reader_) {
      if (reader_->read_on(step_end)) begin_adoption(now);
    } else {
      const std::string name = std::move(waiting_.front());
      waiting_.pop_front();
      open(name);
    }
  }
  if (current_ != nullptr || reader_ || !waiting_.empty()) return now;
  report_left_alone();
  return found_ ? now : next_look_;
}

void Adoptions::begin_look(time::Steady::time_point now) {
  looked_ = true;
  found_ = false;
  next_look_ = now + look_interval;
  if (parts_.directory == nullptr) return;
  remove_leftovers(*parts_.directory);
  auto names = parts_.directory->names(".journal");
  unreadable_error_ = names ? 0 : std::max(errno, 1);
  if (!names) return;
  const std::string current = current_ ? journal::journal_name(current_->session()) : std::string();
  for (std::string& name : *names) {
    if (name != own_ && name != current && !done_with_.contains(name) && !is_postponed(name, now)) {
      waiting_.push_back(std::move(name));
    }
  }
}

bool Adoptions::is_postponed(const std::string& name, time::Steady::time_point now) const {
  const auto postponed = postponed_.find(name);
  return postponed != postponed_.end() && now < postponed->second.until &&
         parts_.taken.count() <= postponed->second.taken;
}

void Adoptions::open(const std::string& name) {
  const std::string path = parts_.directory->path_of(name);
  const auto session = journal::session_of(name);
  if (!session) return leave_alone(path + ": is not named after a session, <ULID>.journal");
  LockedOrphan orphan = lock_orphan(*parts_.directory, name);
  if (!orphan) {
    if (!orphan.why.empty()) leave_alone(std::move(orphan.why));
    return;
  }
  auto reader = journal::JournalReader::open(std::move(orphan.file), path);
  if (!reader) return leave_alone(reader.error().text());
  std::string fault = fault_of_header(reader->header(), *session, path, destination_);
  if (!fault.empty()) return leave_alone(std::move(fault));
  reader_.emplace(std::move(*reader));
}

void Adoptions::begin_adoption(time::Steady::time_point now) {
  const std::string problem = reader_->problem();
  if (problem.empty()) {
    AdoptionParts parts = parts_;
    parts.cleaned_up = cleaned_up_[reader_->header().session];
    current_ = std::make_unique<Adoption>(std::move(*reader_), std::move(parts), limits_);
    found_ = true;
    turn_end_ = now + turn_;
    next_hurry_ = {};
    taken_before_ = progress();
  } else {
    // Another attempt would take as long.
    done_with_.insert(journal::journal_name(reader_->header().session));
    leave_alone(fmt::format("{}: {}", reader_->path(), problem));
  }
  reader_.reset();
}

// Once for each adoption, before it is destroyed.
void Adoptions::count_current() {
  const ship::ShipperCounters& counters = current_->counters();
  progress_ = progress();
  done_.delivered += counters.acknowledged;
  done_.rejected += counters.rejected;
  done_.lost += counters.unreadable + counters.discarded + counters.refused_finishes;
  done_.quarantined += current_->quarantined();
  done_.not_quarantined += current_->not_quarantined();
  cleaned_up_[current_->session()] = current_->cleaned_up();
}

void Adoptions::finish_current(time::Steady::time_point now) {
  count_current();
  ++progress_;
  done_.lost_nodes += current_->lost_nodes();
  for (const std::string& complaint : current_->complaints()) left_alone_.insert(complaint);
  refused_.erase(current_->path());
  const std::string name = journal::journal_name(current_->session());
  if (current_->orphans_left()) {
    const auto known = postponed_.find(name);
    const time::Steady::duration pause =
        known == postponed_.end() ? time::Steady::duration(look_interval)
                                  : std::clamp<time::Steady::duration>(
                                        2 * known->second.pause, look_interval, longest_pause);
    postponed_[name] = {.until = now + pause, .pause = pause};
  } else {
    postponed_.erase(name);
    cleaned_up_.erase(current_->session());
    if (parts_.directory->status(name)) {
      // Delivering it repeatedly is useless.
      done_with_.insert(name);
      leave_alone(current_->path() + ": was delivered, but cannot be removed");
    } else {
      ++done_.journals;
    }
  }
  current_.reset();
}

// The journal keeps what was not delivered: a later scan finds it again.
void Adoptions::end_turn(time::Steady::time_point now) {
  if (current_->is_cleaning_up()) return;
  if (progress() > taken_before_) {
    taken_before_ = progress();
    turn_end_ = now + turn_;
  }
  const bool refused = current_->only_refused_is_left();
  // New ones may have appeared since the last scan.
  if (refused && waiting_.empty() && now >= next_look_) begin_look(now);
  if ((now < turn_end_ && !refused) || waiting_.empty()) return;
  if (refused) {
    refused_.insert(current_->path());
    postponed_[journal::journal_name(current_->session())] = {
        .until = now + look_interval, .pause = {}, .taken = parts_.taken.count()};
  }
  parts_.diagnostics.report(
      "recovery",
      fmt::format(
          "{}: {}; it is retried after the {} next journals", current_->path(),
          refused
              ? std::string("the backend refuses what is left of it")
              : fmt::format("nothing of it was accepted for {} ms",
                            std::chrono::duration_cast<std::chrono::milliseconds>(turn_).count()),
          waiting_.size()));
  count_current();
  current_.reset();
}

void Adoptions::leave_alone(std::string why) {
  if (left_alone_.insert(why).second) unreported_.push_back(std::move(why));
}

// One diagnostic for everything that a scan left alone, because of the rate limit.
void Adoptions::report_left_alone() {
  if (unreported_.empty()) return;
  const std::size_t reported = std::min(unreported_.size(), most_reported_at_once);
  std::string text = fmt::format(
      "{}", fmt::join(unreported_.begin(),
                      unreported_.begin() + static_cast<std::ptrdiff_t>(reported), "; "));
  if (unreported_.size() > reported)
    text += fmt::format("; and {} more", unreported_.size() - reported);
  if (parts_.diagnostics.report("recovery", text)) unreported_.clear();
}

void Adoptions::hurry(time::Steady::time_point deadline) {
  if (current_) current_->hurry(deadline);
}

RecoveryReport Adoptions::report() const {
  RecoveryReport report = done_;
  if (current_) {
    report.delivered += current_->counters().acknowledged;
    report.rejected += current_->counters().rejected;
  }
  report.left.assign(left_alone_.begin(), left_alone_.end());
  for (const std::string& path : refused_) {
    report.left.push_back(path + ": the backend refuses the rest of it");
  }
  return report;
}

std::uint64_t Adoptions::progress() const noexcept {
  if (!current_) return progress_;
  const ship::ShipperCounters& counters = current_->counters();
  return progress_ + counters.acknowledged + counters.own_acknowledged + counters.rejected +
         counters.finished;
}

std::string fault_of_header(const journal::FileHeader& header, std::string_view session,
                            const std::string& path, const Destination& destination) {
  if (header.session != session) {
    return fmt::format("{}: is the journal of the session {}", path, header.session);
  }
  if (header.transport != destination.transport || header.endpoint != destination.endpoint) {
    return fmt::format("{}: has another destination, {} {}", path,
                       text::in_quotes(header.transport), text::in_quotes(header.endpoint));
  }
  return {};
}

LockedOrphan lock_orphan(const journal::JournalDirectory& directory, std::string_view name) {
  journal::OpenedFile opened = directory.open_file(name, O_RDWR);
  if (!opened) return {{}, opened.missing ? std::string() : std::move(opened.why)};
  // Between open and lock another process may have adopted and removed it.
  if (!journal::try_lock(opened.file.get()) || !directory.leads_to(name, opened.file.get()))
    return {};
  return {std::move(opened.file), {}};
}

void remove_leftovers(const journal::JournalDirectory& directory) {
  const std::vector<std::string> none;  // another scan finds what this one does not
  for (const std::string& name : directory.names(".journal.new").value_or(none)) {
    if (!is_old(directory, name)) continue;
    if (lock_orphan(directory, name)) directory.remove(name);
  }
  // Normally removed right after its creation, unless its process died in between.
  for (const std::string& name : directory.names(spill_ending).value_or(none)) {
    if (lock_orphan(directory, name)) directory.remove(name);
  }
  for (const std::string& name : directory.names(journal::tail_ending).value_or(none)) {
    const std::string_view session = session_of_tail(name);
    if (!session.empty() && !directory.status(journal::journal_name(session)) &&
        is_old(directory, name)) {
      directory.remove(name);
    }
  }
}

}  // namespace trace::detail::recovery
