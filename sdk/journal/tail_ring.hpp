// SPDX-License-Identifier: Apache-2.0
// TailRing: the last lines of a node's output, in a file beside the journal that survives the
// worker's death (tail_format.hpp), or in memory if there is no directory. Its owner drops old
// lines. One thread; another process may read the file at any time.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "journal/directory.hpp"
#include "journal/live_files.hpp"
#include "journal/tail_format.hpp"

namespace trace::detail::journal {

class TailRing {
 public:
  struct Owner {
    std::uint32_t run = 0;
    std::string_view node = {};
    std::string_view origin = {};
  };
  // The longest text of one push().
  static constexpr std::size_t max_push_bytes = 32 * 1024;

  // Size of the file for `text_bytes` of text.
  static std::uint64_t file_bytes(std::uint64_t text_bytes) noexcept;
  // `name`: of the file in `directory`, which must not exist. Without a directory, or room in it,
  // uses memory. `text_bytes`: the minimum capacity. Throws std::bad_alloc.
  static std::unique_ptr<TailRing> create(SharedDirectory directory, std::string name,
                                          std::uint64_t text_bytes, const Owner& owner);
  static std::unique_ptr<TailRing> in_memory(std::uint64_t text_bytes, const Owner& owner) {
    return create(nullptr, {}, text_bytes, owner);
  }
  ~TailRing();  // removes the file
  TailRing(const TailRing&) = delete;
  TailRing& operator=(const TailRing&) = delete;

  // False in a child of fork(), which must not use it: the ring is the parent's.
  bool is_ours() const noexcept;
  bool is_in_file() const noexcept { return fd_ >= 0; }
  // Bytes of text in it.
  std::uint64_t bytes() const noexcept { return bytes_; }

  // Whether push() has room for `text_bytes`; always true if the ring is empty.
  bool has_room(std::size_t text_bytes) const noexcept;
  // Appends text, see LineSink. `before`: volume after the head and before this.
  void push(Stream stream, lines::LineKind kind, std::string_view text, std::int64_t wall_ns,
            const lines::LineVolume& before);

  // The oldest lines. `damaged`: the file was modified by another process and cannot be read.
  TailState front(TailLines& found) const noexcept;
  // The lines after `found`.
  TailState next(TailLines& found) const noexcept;
  // Drops the first `text_bytes` bytes of the front's text: whole lines.
  void drop(const TailLines& front, std::size_t text_bytes) noexcept;
  void clear() noexcept;

 private:
  TailRing() = default;
  bool open_file();
  void remove_file() noexcept;
  TailHeader& header() const noexcept { return *reinterpret_cast<TailHeader*>(base_); }
  std::byte* at(std::uint64_t offset) const noexcept {
    return base_ + tail_header_bytes + offset % ring_bytes_;
  }
  void set_begin(std::uint64_t begin) noexcept {
    header().begin.store(begin_ = begin, std::memory_order_release);
  }
  void set_end(std::uint64_t end) noexcept {
    header().end.store(end_ = end, std::memory_order_release);
  }
  bool joins_last(Stream stream, lines::LineKind kind, std::size_t bytes,
                  std::int64_t wall_ns) const noexcept;
  // The offset of a record with `text_bytes` of text.
  std::uint64_t place_for(std::size_t text_bytes) const noexcept;
  void seal_last() noexcept;

  pid_t pid_ = 0;
  SharedDirectory directory_;
  std::string name_;
  LiveFile* live_ = nullptr;
  int fd_ = -1;
  std::byte* base_ = nullptr;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t ring_bytes_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t begin_ = 0;  // copy of the header's, which others could modify
  std::uint64_t end_ = 0;
  // The record that is still open.
  bool has_last_ = false;
  std::uint64_t last_ = 0;
  TailRecord last_record_{};
};

}  // namespace trace::detail::journal
