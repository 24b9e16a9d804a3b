// SPDX-License-Identifier: Apache-2.0
#include "recovery/quarantine.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <vector>

#include "journal/directory_budget.hpp"

namespace trace::detail::recovery {

Quarantine::Quarantine(journal::SharedDirectory directory, std::uint64_t budget)
    : directory_(std::move(directory)), budget_(budget) {}

journal::SharedDirectory Quarantine::opened() {
  if (place_ == nullptr && directory_ != nullptr) {
    auto found = directory_->folder(journal::quarantine_name);
    if (found) place_ = std::move(*found);
  }
  return place_;
}

bool Quarantine::make_room(const journal::JournalDirectory& place, std::uint64_t bytes) {
  const std::uint64_t share = journal::reserved_share(budget_);
  const auto names = place.names();  // by session, so the oldest first
  if (!names) return false;
  std::uint64_t taken = 0;
  for (const std::string& name : *names) {
    if (const auto info = place.status(name)) taken += journal::disk_bytes(*info);
  }
  for (auto oldest = names->begin(); oldest != names->end() && taken + bytes > share; ++oldest) {
    const auto info = place.status(*oldest);
    if (!info || !place.remove(*oldest)) continue;
    taken -= std::min(taken, journal::disk_bytes(*info));
    ++removed_;
  }
  return taken + bytes <= share;
}

void Quarantine::copy(const std::string& name, std::span<const std::byte> bytes) noexcept {
  ++found_;
  if (!takes_copies()) return;
  ++copies_;
  try {
    const journal::SharedDirectory place = opened();
    if (place == nullptr || !make_room(*place, bytes.size()) ||
        journal::bytes_in(*directory_, budget_) + bytes.size() > budget_ ||
        journal::exceeds_file_size_limit(bytes.size())) {
      return;
    }
    const journal::OpenedFile file = place->open_file(name, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file) return;
    if (write(file.file.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size())) {
      ++kept_;
    } else {
      place->remove(name);
    }
  } catch (...) {  // no memory: it is lost either way; the rest is not
  }
}

void Quarantine::take(std::string_view name) noexcept {
  ++found_;
  try {
    const journal::SharedDirectory place = opened();
    const auto info = directory_ ? directory_->status(name) : std::nullopt;
    if (place == nullptr || !info) return;
    // Moving it takes no additional space, so a large one is kept, too, until the next one comes.
    make_room(*place, journal::disk_bytes(*info));
    if (directory_->move(name, *place)) ++kept_;
  } catch (...) {  // no memory: it stays where it is
  }
}

}  // namespace trace::detail::recovery
