// SPDX-License-Identifier: Apache-2.0
#include "journal/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>
#include <span>
#include <utility>

#include "journal/descriptor.hpp"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

namespace trace::detail::journal {
namespace {

std::string system_error() { return std::strerror(errno); }

void copy_text(char* to, std::size_t capacity, std::string_view text) noexcept {
  const std::size_t bytes = std::min(text.size(), capacity - 1);
  std::memcpy(to, text.data(), bytes);
  to[bytes] = '\0';
}

// Of a slab that is filled; faults make its pages.
constexpr std::uint32_t unwritten_end = 4096;

bool write_zeros(int fd, std::uint64_t offset, std::uint64_t bytes) noexcept {
  static constexpr char zeros[64 * 1024] = {};
  while (bytes > 0) {
    // One long write takes half the time of many short ones: the file system makes larger folios.
    std::array<iovec, large_slab_bytes / sizeof zeros> pieces;
    std::size_t count = 0;
    for (std::uint64_t left = bytes; left > 0 && count < pieces.size(); ++count) {
      pieces[count] = {const_cast<char*>(zeros), std::min<std::uint64_t>(left, sizeof zeros)};
      left -= pieces[count].iov_len;
    }
    const ssize_t n =
        pwritev(fd, pieces.data(), static_cast<int>(count), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    offset += static_cast<std::uint64_t>(n);
    bytes -= static_cast<std::uint64_t>(n);
  }
  return true;
}

// Removes the first note from `rest`; false if there is none, or it is damaged.
bool take_first(std::span<const char>& rest, Note& note) noexcept {
  NoteSizes sizes;
  if (rest.size() < sizeof sizes) return false;
  std::memcpy(&sizes, rest.data(), sizeof sizes);
  const std::size_t end = sizeof sizes + sizes.owner + sizes.bytes;
  if (sizes.owner == 0 || end > rest.size()) return false;
  note.owner = {rest.data() + sizeof sizes, sizes.owner};
  note.bytes = {note.owner.data() + sizes.owner, sizes.bytes};
  rest = rest.subspan(end);
  return true;
}

}  // namespace

void populate(std::byte* base, std::size_t bytes) noexcept {
  madvise(base, bytes, MADV_POPULATE_WRITE);
  // Older kernels do not know it; and on some hosts the first store waits for the host all the
  // same.
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  for (std::size_t at = 0; at < bytes; at += page) {
    auto* byte = reinterpret_cast<volatile std::byte*>(base + at);
    *byte = *byte;
  }
}

Result<std::unique_ptr<JournalFile>> JournalFile::create(SharedDirectory directory,
                                                         const JournalIdentity& identity,
                                                         std::uint64_t capacity) {
  std::unique_ptr<JournalFile> file(new JournalFile);
  file->name_ = journal_name(identity.session);
  file->path_ = directory->path_of(file->name_);
  file->directory_ = std::move(directory);
  const JournalDirectory& place = *file->directory_;
  const std::string temporary = file->name_ + ".new";
  OpenedFile opened = place.open_file(temporary, O_RDWR | O_CREAT | O_EXCL);
  if (!opened) return Error("journal_dir", std::move(opened.why));
  file->fd_ = opened.file.release();
  const auto fail = [&](const char* what) {
    Error error("journal_dir", fmt::format("{}: {}: {}", place.path(), what, system_error()));
    place.remove(temporary);
    return error;
  };
  if (!try_lock(file->fd_)) return fail("cannot lock a file here");
  if (!file->map_header(identity, capacity)) return fail("cannot reserve space");
  if (!place.rename(temporary, file->name_)) return fail("cannot rename");
  return file;
}

std::unique_ptr<JournalFile> JournalFile::in_memory(const JournalIdentity& identity,
                                                    std::uint64_t capacity) {
  std::unique_ptr<JournalFile> file(new JournalFile);
  if (!file->map_header(identity, capacity)) throw std::bad_alloc();
  return file;
}

JournalFile::~JournalFile() {
  release();
  LiveFiles::remove(live_);
  if (base_ != nullptr) munmap(base_, capacity_);
}

bool JournalFile::set_addresses_aside(std::uint64_t capacity) noexcept {
  // A limit on the address space leaves room for less.
  for (; capacity >= 4 * std::uint64_t{large_slab_bytes}; capacity /= 2) {
    void* base =
        mmap(nullptr, capacity, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) continue;
    base_ = static_cast<std::byte*>(base);
    capacity_ = capacity;
    return true;
  }
  return false;
}

bool JournalFile::map_header(const JournalIdentity& identity, std::uint64_t capacity) noexcept {
  if (!set_addresses_aside(capacity)) return false;
  if (fd_ >= 0) live_ = LiveFiles::add(fd_, base_, capacity_);
  if (!reserve(0, header_bytes)) return false;
  std::byte* base = map(0, header_bytes);
  if (base == nullptr) return false;
  end_ = header_bytes;
  header_ = new (base) FileHeader{};
  header_->version = format_version;
  header_->header_bytes = header_bytes;
  header_->pid = static_cast<std::uint64_t>(getpid());
  copy_text(header_->session, sizeof header_->session, identity.session);
  copy_text(header_->transport, sizeof header_->transport, identity.transport);
  copy_text(header_->endpoint, sizeof header_->endpoint, identity.endpoint);
  std::memcpy(header_->magic, file_magic, sizeof file_magic);
  return true;
}

bool JournalFile::reserve(std::uint64_t offset, std::uint64_t bytes) noexcept {
  if (fd_ < 0) return true;
  // Reserving extends a truncated file again and hides that it was truncated. Extending it in a
  // second step, after another look, would cost producers stalls of milliseconds on ext4.
  look_for_truncation();
  if (exceeds_file_size_limit(offset + bytes)) {
    errno = EFBIG;
    return false;
  }
  if (fallocate(fd_, 0, static_cast<off_t>(offset), static_cast<off_t>(bytes)) != 0 &&
      (errno != EOPNOTSUPP || !write_zeros(fd_, offset, bytes))) {
    return false;
  }
  if (live_ != nullptr && offset + bytes > live_->file_bytes) live_->file_bytes = offset + bytes;
  return true;
}

std::byte* JournalFile::map(std::uint64_t offset, std::uint64_t bytes) noexcept {
  const int flags = MAP_FIXED | (fd_ >= 0 ? MAP_SHARED : (MAP_PRIVATE | MAP_ANONYMOUS));
  void* base = mmap(base_ + offset, bytes, PROT_READ | PROT_WRITE, flags, fd_,
                    fd_ >= 0 ? static_cast<off_t>(offset) : 0);
  if (base == MAP_FAILED) return nullptr;
  bytes_ += bytes;
  return static_cast<std::byte*>(base);
}

void JournalFile::fill(std::byte* slab, std::uint32_t bytes) noexcept {
  // A write() makes the pages of a file many at a time; faults make them one by one, which takes
  // five times as long. If it fails, the faults do it.
  {
    const std::lock_guard lock(descriptor_mutex_);
    look_for_truncation();
    if (fd_ >= 0 && kept(slab, bytes)) {
      // Not to the end: if somebody truncates the file in between, it stays shorter than it was.
      write_zeros(fd_, static_cast<std::uint64_t>(slab - base_), bytes - unwritten_end);
      look_for_truncation();
    }
  }
  populate(slab, bytes);
}

std::byte* JournalFile::add_extent(std::uint32_t slab_bytes, std::uint32_t count) noexcept {
  if ((crash_safe() && fd_ < 0) || extents_ == max_extents) return nullptr;
  const std::uint64_t bytes = std::uint64_t{slab_bytes} * count;
  if (end_ + bytes > capacity_ || !reserve(end_, bytes)) return nullptr;
  std::byte* base = map(end_, bytes);
  if (base == nullptr) return nullptr;
  header_->extents[extents_++] = {end_, slab_bytes, count};
  header_->extent_count.store(extents_, std::memory_order_release);
  end_ += bytes;
  return base;
}

bool JournalFile::discard(std::byte* slab, std::uint32_t bytes) noexcept {
  const auto offset = static_cast<off_t>(slab - base_);
  const bool done = crash_safe()
                        ? fd_ >= 0 && fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                                                offset, bytes) == 0
                        : madvise(slab, bytes, MADV_DONTNEED) == 0;
  if (done) bytes_ -= bytes;
  return done;
}

bool JournalFile::restore(std::byte* slab, std::uint32_t bytes) noexcept {
  if (crash_safe() && fd_ < 0) return false;
  if (!reserve(static_cast<std::uint64_t>(slab - base_), bytes)) return false;
  bytes_ += bytes;
  return true;
}

bool JournalFile::kept(const std::byte* base, std::size_t bytes) const noexcept {
  return live_ == nullptr ||
         static_cast<std::uint64_t>(base - base_) + bytes <= live_->shortest_bytes.load();
}

bool JournalFile::is_named() const noexcept {
  return !crash_safe() || fd_ < 0 ||
         (directory_->is_at_its_path() && directory_->leads_to(name_, fd_));
}

void JournalFile::forget_events() noexcept {
  header_->extent_count.store(0, std::memory_order_release);
  if (fd_ < 0 || end_ <= header_bytes) return;
  // Not truncated: a late thread must still find memory behind its mapping.
  fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, header_bytes,
            static_cast<off_t>(end_ - header_bytes));
}

void JournalFile::remove() noexcept {
  // The name may refer to another file now.
  if (crash_safe() && is_named()) directory_->remove(name_);
}

void JournalFile::release() noexcept {
  // fill() must not write to a file of the host that gets the same descriptor.
  const std::lock_guard lock(descriptor_mutex_);
  if (fd_ < 0) return;
  LiveFiles::descriptor_closed(live_);
  unlock(fd_);  // closing alone would not: the mappings hold the open file
  ::close(std::exchange(fd_, -1));
}

bool add_note(FileHeader& header, const Note& note) noexcept {
  std::span<const char> rest(header.notes);
  for (Note known; take_first(rest, known);) {
    if (known == note) return true;
  }
  // A number other than 0 is the start of a damaged note.
  if (note.owner.empty() || note.owner.size() > UINT8_MAX || rest.size() < sizeof(NoteSizes) ||
      note.bytes.size() + note.owner.size() > rest.size() - sizeof(NoteSizes) ||
      rest.front() != 0) {
    return false;
  }
  const NoteSizes sizes{static_cast<std::uint8_t>(note.owner.size()), 0,
                        static_cast<std::uint16_t>(note.bytes.size())};
  char* const at = std::end(header.notes) - rest.size();
  std::memcpy(at + 1, reinterpret_cast<const char*>(&sizes) + 1, sizeof sizes - 1);
  char* const after_owner = at + sizeof sizes + note.owner.copy(at + sizeof sizes, sizes.owner);
  note.bytes.copy(after_owner, sizes.bytes);
  // The first byte is written last, because it makes the note valid: a process that dies before
  // leaves no partial note.
  std::atomic_signal_fence(std::memory_order_release);
  *at = static_cast<char>(sizes.owner);
  return true;
}

std::vector<Note> notes_of(const FileHeader& header) {
  std::vector<Note> notes;
  std::span<const char> rest(header.notes);
  for (Note note; take_first(rest, note);) notes.push_back(note);
  return notes;
}

}  // namespace trace::detail::journal
