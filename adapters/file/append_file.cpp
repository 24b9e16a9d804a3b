// SPDX-License-Identifier: Apache-2.0
#include "file/append_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace trace::file {
namespace {

// The start of an envelope. An incomplete last line is cut off only when it begins like this.
constexpr std::string_view envelope_start = "{\"runId\":";

// Errors that end by themselves or when somebody frees resources.
bool passes(int error) {
  return error == ENOSPC || error == EDQUOT || error == EFBIG || error == EIO || error == EINTR ||
         error == EAGAIN || error == ENOMEM || error == ENFILE || error == EMFILE ||
         error == ESTALE || error == ENOLCK;
}

std::size_t size_of(std::span<const std::string_view> blocks) {
  std::size_t all = 0;
  for (const auto block : blocks) all += block.size();
  return all;
}

// The offset after the last newline before `end`; 0 when there is none.
off_t line_start(int file, off_t end) {
  std::vector<char> piece(64 * 1024);
  while (end > 0) {
    const auto want = std::min<off_t>(end, static_cast<off_t>(piece.size()));
    const ssize_t got = ::pread(file, piece.data(), static_cast<std::size_t>(want), end - want);
    if (got != want) return -1;
    const std::string_view text(piece.data(), static_cast<std::size_t>(got));
    const auto newline = text.rfind('\n');
    if (newline != std::string_view::npos) return end - want + static_cast<off_t>(newline) + 1;
    end -= want;
  }
  return 0;
}

bool ours(int file, off_t start, off_t end) {
  char text[envelope_start.size()];
  const auto length = std::min<off_t>(end - start, static_cast<off_t>(sizeof text));
  const ssize_t got = ::pread(file, text, static_cast<std::size_t>(length), start);
  return got == length && envelope_start.starts_with({text, static_cast<std::size_t>(got)});
}

}  // namespace

AppendFile::AppendFile(std::string path) : path_(std::move(path)) {}

AppendFile::~AppendFile() { close(); }

void AppendFile::close() noexcept {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
}

AppendFile::Outcome AppendFile::fail(const char* what, int error) {
  problem_ = fmt::format("{} {}: {}", path_, what, std::generic_category().message(error));
  return passes(error) ? Outcome::busy : Outcome::unusable;
}

bool AppendFile::moved_away() const {
  struct stat here {};
  struct stat there {};
  if (::fstat(file_, &here) != 0 || ::stat(path_.c_str(), &there) != 0) return true;
  return here.st_dev != there.st_dev || here.st_ino != there.st_ino;
}

AppendFile::Outcome AppendFile::open() {
  if (file_ >= 0 && !moved_away()) return Outcome::written;
  close();
  // Non-blocking, because opening a pipe waits for a reader.
  const int flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  file_ = ::open(path_.c_str(), flags, 0600);
  if (file_ >= 0 && file_ <= STDERR_FILENO) {
    // If the host has closed stderr, its next message would go into our file.
    const int low = std::exchange(file_, ::fcntl(file_, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    ::close(low);
  }
  if (file_ < 0) return fail("cannot be opened", errno);
  struct stat facts {};
  if (::fstat(file_, &facts) != 0) return fail("cannot be examined", errno);
  if (!S_ISREG(facts.st_mode)) {
    close();
    problem_ = path_ + " is not a regular file";
    return Outcome::unusable;
  }
  return Outcome::written;
}

AppendFile::Outcome AppendFile::lock(std::chrono::steady_clock::time_point deadline) {
  while (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return fail("cannot be locked", errno);
    if (std::chrono::steady_clock::now() >= deadline) {
      problem_ = path_ + " is locked by another writer";
      return Outcome::busy;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return Outcome::written;
}

AppendFile::Outcome AppendFile::repair_end() {
  const off_t end = ::lseek(file_, 0, SEEK_END);
  if (end < 0) return fail("cannot be read", errno);
  if (end == 0) return Outcome::written;
  const off_t start = line_start(file_, end);
  if (start < 0) return fail("cannot be read", errno);
  if (start == end) return Outcome::written;
  if (!ours(file_, start, end)) {
    return ::write(file_, "\n", 1) == 1 ? Outcome::written : fail("cannot be written", errno);
  }
  // It was not acknowledged, so the journal of the dead writer still has its events.
  return ::ftruncate(file_, start) == 0 ? Outcome::written : fail("cannot be repaired", errno);
}

AppendFile::Outcome AppendFile::write(std::span<const std::string_view> blocks) {
  const off_t before = ::lseek(file_, 0, SEEK_END);
  if (before < 0) return fail("cannot be read", errno);
  // Checked first, because a write beyond this limit kills the process with SIGXFSZ.
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
      static_cast<rlim_t>(before) + size_of(blocks) > limit.rlim_cur) {
    return fail("has reached this process's limit of a file's size", EFBIG);
  }
  for (std::string_view block : blocks) {
    while (!block.empty()) {
      const ssize_t count = ::write(file_, block.data(), block.size());
      if (count > 0) {
        block.remove_prefix(static_cast<std::size_t>(count));
      } else if (count == 0 || errno != EINTR) {
        const int error = count == 0 ? EIO : errno;
        // If this fails too, the next append cuts off the incomplete line.
        if (::ftruncate(file_, before) != 0) return fail("holds a half-written batch", error);
        return fail("cannot be written", error);
      }
    }
  }
  return Outcome::written;
}

AppendFile::Outcome AppendFile::append(std::span<const std::string_view> blocks,
                                       std::chrono::steady_clock::time_point deadline) {
  assert(
      std::all_of(blocks.begin(), blocks.end(), [](auto block) { return block.ends_with('\n'); }));
  Outcome outcome = open();
  if (outcome != Outcome::written) return outcome;
  outcome = lock(deadline);
  if (outcome != Outcome::written) return outcome;
  outcome = repair_end();
  if (outcome == Outcome::written) outcome = write(blocks);
  ::flock(file_, LOCK_UN);
  return outcome;
}

}  // namespace trace::file
