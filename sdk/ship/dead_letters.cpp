// SPDX-License-Identifier: Apache-2.0
#include "ship/dead_letters.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "journal/descriptor.hpp"
#include "journal/directory_budget.hpp"
#include "text/json_text.hpp"

namespace trace::detail::ship {
namespace {

constexpr int attempts_to_lock = 3;

std::uint64_t lines_in(int fd) {
  std::vector<char> piece(64 * 1024);
  std::uint64_t lines = 0;
  for (off_t at = 0;;) {
    const ssize_t got = pread(fd, piece.data(), piece.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return lines;
    lines += static_cast<std::uint64_t>(std::count(piece.begin(), piece.begin() + got, '\n'));
    at += got;
  }
}

std::uint64_t size_of(int fd) noexcept {
  struct stat info {};
  return fstat(fd, &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

bool ends_in_a_line(int fd, std::uint64_t end) noexcept {
  char last = '\n';
  return end == 0 || pread(fd, &last, 1, static_cast<off_t>(end - 1)) != 1 || last == '\n';
}

}  // namespace

DeadLetters::DeadLetters(journal::SharedDirectory directory, std::uint64_t budget)
    : directory_(std::move(directory)), share_(journal::reserved_share(budget)) {
  if (directory_ != nullptr) path_ = directory_->path_of(journal::dead_letters_name);
}

bool DeadLetters::fail(std::string_view what) {
  problem_ = fmt::format("{}: {}", path_, what);
  return false;
}

bool DeadLetters::keep(std::string_view event_json, std::string_view reason) {
  problem_ = "the journal is in memory";
  if (directory_ != nullptr) {
    std::string line = "{\"reason\":";
    text::append_quoted(line, reason);
    line.append(",\"event\":").append(event_json).append("}\n");
    if (write(line)) return true;
  }
  dropped_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

bool DeadLetters::write(std::string_view line) {
  if (line.size() > share_ / 2) {
    return fail(
        fmt::format("the event takes {} bytes; the limit is {}, a 16th of "
                    "journal_budget",
                    line.size(), share_ / 2));
  }
  for (int attempt = 0; attempt < attempts_to_lock; ++attempt) {
    if (!open()) return false;
    const journal::PatientLock lock(file_.get());
    // Another session may have renamed it before we had the lock.
    if (!directory_->leads_to(journal::dead_letters_name, file_.get())) continue;
    const std::uint64_t end = size_of(file_.get());
    if (end + line.size() <= share_ / 2) return append(line, end);
    if (!lock.held()) return fail("another process holds the lock of the file, which is full");
    if (!rotate(end)) return false;
  }
  return fail("other processes keep replacing the file");
}

bool DeadLetters::open() {
  if (file_ && directory_->leads_to(journal::dead_letters_name, file_.get())) return true;
  journal::OpenedFile opened =
      directory_->open_file(journal::dead_letters_name, O_RDWR | O_CREAT | O_APPEND);
  file_ = std::move(opened.file);
  problem_ = std::move(opened.why);
  return static_cast<bool>(file_);
}

bool DeadLetters::append(std::string_view line, std::uint64_t end) {
  if (journal::exceeds_file_size_limit(end + line.size() + 1)) {
    return fail("has reached this process's file size limit (ulimit -f)");
  }
  std::string text;
  // A partial line of a killed writer must not make ours unreadable.
  if (!ends_in_a_line(file_.get(), end)) text += '\n';
  text += line;
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t n = ::write(file_.get(), rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fail(std::strerror(errno));
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool DeadLetters::rotate(std::uint64_t end) {
  std::uint64_t lines = 0;
  if (const journal::OpenedFile old =
          directory_->open_file(journal::old_dead_letters_name, O_RDONLY)) {
    lines = lines_in(old.file.get());
  }
  if (end > share_ / 2) {  // of a session with a larger budget
    if (!keep_newest(end, lines)) return false;
  } else if (!directory_->rename(journal::dead_letters_name, journal::old_dead_letters_name)) {
    return fail(fmt::format("cannot be renamed to {}: {}", journal::old_dead_letters_name,
                            std::strerror(errno)));
  }
  dropped_.fetch_add(lines, std::memory_order_relaxed);
  return true;
}

bool DeadLetters::keep_newest(std::uint64_t end, std::uint64_t& dropped) {
  std::vector<char> newest(share_ / 2);
  const ssize_t got =
      pread(file_.get(), newest.data(), newest.size(), static_cast<off_t>(end - newest.size()));
  const auto first = std::find(newest.begin(), newest.end(), '\n');
  // Before the old file is touched: it holds the only copy of its lines.
  if (got != static_cast<ssize_t>(newest.size()) || first == newest.end() ||
      std::find(first + 1, newest.end(), '\n') == newest.end()) {
    return fail("has no line that is short enough: remove it");
  }
  const auto bytes = static_cast<std::size_t>(newest.end() - first - 1);
  if (journal::exceeds_file_size_limit(bytes)) {
    return fail("cannot be shortened: this process's file size limit (ulimit -f)");
  }
  const journal::OpenedFile old =
      directory_->open_file(journal::old_dead_letters_name, O_WRONLY | O_CREAT | O_TRUNC);
  if (!old) return fail(old.why);
  if (::write(old.file.get(), &*first + 1, bytes) != static_cast<ssize_t>(bytes)) {
    return fail(std::strerror(errno));
  }
  const auto kept = static_cast<std::uint64_t>(std::count(first + 1, newest.end(), '\n'));
  dropped += lines_in(file_.get()) - kept;
  return ftruncate(file_.get(), 0) == 0 || fail(std::strerror(errno));
}

}  // namespace trace::detail::ship
