// SPDX-License-Identifier: Apache-2.0
#include "kill/step/journal_watch.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "journal/format.hpp"
#include "support/journal_directory.hpp"

namespace trace::testing {
namespace {

// More than any journal of these tests can have.
constexpr std::size_t addresses = std::size_t{64} << 20;
constexpr std::size_t page = 4096;

}  // namespace

JournalWatch::JournalWatch(const std::string& directory) {
  const std::string path = journal_paths(directory).at(0);
  name_ = std::filesystem::path(path).filename().string();
  fd_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  void* mapped = mmap(nullptr, addresses, PROT_READ, MAP_SHARED, fd_, 0);
  if (fd_ < 0 || mapped == MAP_FAILED) {
    throw std::system_error(errno, std::generic_category(), path);
  }
  file_ = static_cast<const std::byte*>(mapped);
  take_picture();
}

JournalWatch::~JournalWatch() {
  munmap(const_cast<std::byte*>(file_), addresses);
  close(fd_);
}

std::size_t JournalWatch::file_bytes() const {
  struct stat info {};
  fstat(fd_, &info);
  return static_cast<std::size_t>(info.st_size);
}

bool JournalWatch::gone() const {
  struct stat info {};
  return fstat(fd_, &info) == 0 && info.st_nlink == 0;
}

void JournalWatch::take_picture() { picture_.assign(file_, file_ + file_bytes()); }

bool JournalWatch::counts_the_same() const {
  const auto same = [&](std::size_t offset, std::size_t bytes) {
    return std::memcmp(file_ + offset, picture_.data() + offset, bytes) == 0;
  };
  if (file_bytes() != picture_.size() || !same(0, sizeof(trace::detail::journal::FileHeader)))
    return false;
  const auto& header =
      *reinterpret_cast<const trace::detail::journal::FileHeader*>(picture_.data());
  for (std::size_t i = 0; i < header.extent_count.load(); ++i) {
    const trace::detail::journal::Extent& extent = header.extents[i];
    for (std::size_t n = 0; n < extent.slab_count; ++n) {
      const std::size_t offset = extent.offset + n * extent.slab_bytes;
      if (!same(offset, sizeof(trace::detail::journal::SlabHeader))) return false;
      const auto& slab =
          *reinterpret_cast<const trace::detail::journal::SlabHeader*>(picture_.data() + offset);
      const std::size_t committed =
          std::min<std::size_t>(trace::detail::journal::committed_length(slab.word.load()),
                                extent.slab_bytes - sizeof slab);
      if (!same(offset + sizeof slab, committed)) return false;
    }
  }
  return true;
}

bool JournalWatch::look() {
  if (counts_the_same()) return false;
  take_picture();
  return true;
}

bool JournalWatch::look_at_every_byte() {
  const std::size_t bytes = file_bytes();
  if (bytes == picture_.size() && std::memcmp(file_, picture_.data(), bytes) == 0) return false;
  take_picture();
  return true;
}

void JournalWatch::write_to(const std::string& directory) const {
  static constexpr std::byte zeros[page] = {};
  const int fd = open((directory + "/" + name_).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  bool written = fd >= 0 && ftruncate(fd, static_cast<off_t>(picture_.size())) == 0;
  for (std::size_t at = 0; at < picture_.size() && written; at += page) {
    const std::size_t bytes = std::min(page, picture_.size() - at);
    if (std::memcmp(picture_.data() + at, zeros, bytes) == 0) continue;
    written = pwrite(fd, picture_.data() + at, bytes, static_cast<off_t>(at)) ==
              static_cast<ssize_t>(bytes);
  }
  const int code = errno;
  close(fd);
  if (!written) throw std::system_error(code, std::generic_category(), directory);
}

}  // namespace trace::testing
