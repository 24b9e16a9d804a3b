// SPDX-License-Identifier: Apache-2.0
#include "journal/tail_ring.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <utility>

namespace trace::detail::journal {
namespace {

// Lines within this time share one time stamp.
constexpr std::int64_t same_time_ns = 50'000'000;
constexpr std::uint64_t longest_record = 64 * 1024;

}  // namespace

std::uint64_t TailRing::file_bytes(std::uint64_t text_bytes) noexcept {
  // Each record has a header; of short lines that come one by one fewer bytes are kept.
  return tail_header_bytes + padded(static_cast<std::size_t>(2 * text_bytes + 2 * longest_record));
}

std::unique_ptr<TailRing> TailRing::create(SharedDirectory directory, std::string name,
                                           std::uint64_t text_bytes, const Owner& owner) {
  std::unique_ptr<TailRing> ring(new TailRing);
  ring->directory_ = std::move(directory);
  ring->name_ = std::move(name);
  ring->pid_ = ::getpid();
  ring->file_bytes_ = file_bytes(text_bytes);
  ring->ring_bytes_ = ring->file_bytes_ - tail_header_bytes;
  void* base = MAP_FAILED;
  if (ring->directory_ != nullptr && ring->open_file()) {
    base = ::mmap(nullptr, ring->file_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd_, 0);
    if (base == MAP_FAILED) ring->remove_file();
  }
  if (base == MAP_FAILED) {
    base = ::mmap(nullptr, ring->file_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                  -1, 0);
  }
  if (base == MAP_FAILED) throw std::bad_alloc();
  ring->base_ = static_cast<std::byte*>(base);
  if (ring->is_in_file()) {
    ring->live_ = LiveFiles::add(ring->fd_, ring->base_, ring->file_bytes_);
    if (ring->live_ != nullptr) ring->live_->file_bytes = ring->file_bytes_;
  }
  auto* header = new (base) TailHeader{};
  header->version = tail_version;
  header->run = owner.run;
  header->ring_bytes = ring->ring_bytes_;
  header->node_bytes =
      static_cast<std::uint32_t>(owner.node.copy(header->node, sizeof header->node));
  header->origin_bytes =
      static_cast<std::uint32_t>(owner.origin.copy(header->origin, sizeof header->origin));
  std::atomic_signal_fence(std::memory_order_release);
  std::memcpy(header->magic, tail_magic, sizeof tail_magic);
  return ring;
}

bool TailRing::open_file() {
  if (exceeds_file_size_limit(file_bytes_)) return false;
  fd_ = directory_->open_file(name_, O_RDWR | O_CREAT | O_EXCL).file.release();
  if (fd_ < 0) return false;
  // Reserved now: on a full disk a write to the mapping would raise SIGBUS.
  if (::posix_fallocate(fd_, 0, static_cast<off_t>(file_bytes_)) == 0) return true;
  remove_file();
  return false;
}

void TailRing::remove_file() noexcept {
  directory_->remove(name_);
  ::close(std::exchange(fd_, -1));
}

TailRing::~TailRing() {
  if (base_ != nullptr) ::munmap(base_, file_bytes_);
  // A child of fork() has already closed the descriptor, and the file is not its own.
  if (!is_in_file() || !is_ours()) return;
  LiveFiles::remove(live_);
  remove_file();
}

bool TailRing::is_ours() const noexcept { return ::getpid() == pid_; }

bool TailRing::joins_last(Stream stream, lines::LineKind kind, std::size_t bytes,
                          std::int64_t wall_ns) const noexcept {
  const std::uint64_t length = end_ - last_ - sizeof(TailRecord) + bytes;
  return has_last_ && kind == lines::LineKind::lines && last_record_.kind == 0 &&
         last_record_.stream == static_cast<std::uint8_t>(stream) && length <= longest_record &&
         wall_ns - last_record_.wall_ns < same_time_ns &&
         last_ % ring_bytes_ + sizeof(TailRecord) + length <= ring_bytes_;
}

std::uint64_t TailRing::place_for(std::size_t text_bytes) const noexcept {
  const std::uint64_t at = padded(static_cast<std::size_t>(end_));
  const std::uint64_t room = ring_bytes_ - at % ring_bytes_;
  return room < sizeof(TailRecord) + text_bytes ? at + room : at;
}

bool TailRing::has_room(std::size_t text_bytes) const noexcept {
  const std::uint64_t end = place_for(text_bytes) + sizeof(TailRecord) + padded(text_bytes);
  return bytes_ == 0 || end - tail_offset(begin_) <= ring_bytes_;
}

void TailRing::seal_last() noexcept {
  if (!has_last_) return;
  has_last_ = false;
  const auto bytes = static_cast<std::uint32_t>(end_ - last_ - sizeof(TailRecord));
  std::memcpy(at(last_) + offsetof(TailRecord, bytes), &bytes, sizeof bytes);
}

// The compiler must keep the order of the stores, because the process may die between any two of
// them. The processor's order does not matter: the ring is read after this process's death, or by
// this thread.
void TailRing::push(Stream stream, lines::LineKind kind, std::string_view text,
                    std::int64_t wall_ns, const lines::LineVolume& before) {
  bytes_ += text.size();
  if (joins_last(stream, kind, text.size(), wall_ns)) {
    std::memcpy(at(last_) + (end_ - last_), text.data(), text.size());
    set_end(end_ + text.size());
    return;
  }
  seal_last();
  std::atomic_signal_fence(std::memory_order_seq_cst);
  const std::uint64_t behind = padded(static_cast<std::size_t>(end_));
  const std::uint64_t place = place_for(text.size());
  if (place != behind && ring_bytes_ - behind % ring_bytes_ >= sizeof(TailRecord)) {
    const TailRecord padding{tail_record_magic, 0, 0, tail_padding, {}, 0, {}};
    std::memcpy(at(behind), &padding, sizeof padding);
  }
  if (bytes_ == text.size()) set_begin(tail_begin(place, 0));
  last_record_ = {tail_record_magic,
                  0,
                  static_cast<std::uint8_t>(stream),
                  static_cast<std::uint8_t>(kind),
                  {},
                  wall_ns,
                  before};
  last_ = place;
  has_last_ = true;
  std::memcpy(at(place), &last_record_, sizeof last_record_);
  std::memcpy(at(place) + sizeof last_record_, text.data(), text.size());
  set_end(place + sizeof last_record_ + text.size());
}

TailState TailRing::front(TailLines& found) const noexcept {
  if (bytes_ == 0) return TailState::end;
  return read_tail(base_ + tail_header_bytes, ring_bytes_, begin_, end_, found);
}

TailState TailRing::next(TailLines& found) const noexcept {
  return read_tail(base_ + tail_header_bytes, ring_bytes_, tail_begin(found.next, 0), end_, found);
}

void TailRing::drop(const TailLines& front, std::size_t text_bytes) noexcept {
  bytes_ -= text_bytes;
  if (text_bytes < front.text.size()) {
    set_begin(tail_begin(front.offset, front.skipped + text_bytes));
    return;
  }
  // The open record goes with its text: nothing may be joined to it.
  if (has_last_ && last_ == front.offset) seal_last();
  set_begin(tail_begin(front.next, 0));
}

void TailRing::clear() noexcept {
  seal_last();
  bytes_ = 0;
  set_begin(tail_begin(padded(static_cast<std::size_t>(end_)), 0));
}

}  // namespace trace::detail::journal
