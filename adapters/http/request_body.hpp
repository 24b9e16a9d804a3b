// SPDX-License-Identifier: Apache-2.0
// RequestBody: the bytes of a POST, read piece by piece so that no batch is copied into one
// string first.
//
// Filled by the transport for each send, drained by its Upload on the same thread; a request that
// must be repeated on a fresh connection rewinds it. Compressed bodies are made at once, into a
// buffer that is kept for the next one.
#pragma once

#include <sys/uio.h>
#include <zlib.h>
#include <zstd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace trace::http {

enum class ContentEncoding : std::uint8_t { identity, gzip, zstd };

// The name in Content-Encoding; empty for identity.
std::string_view name(ContentEncoding encoding) noexcept;

class RequestBody {
 public:
  RequestBody();
  ~RequestBody();

  void clear() noexcept;
  // Adds the next bytes of the body; they must live until the body was sent.
  void add(std::string_view piece);
  // Replaces the pieces by their compressed form. False when the library refuses; the pieces are
  // then as before.
  bool compress(ContentEncoding encoding);

  std::size_t size() const noexcept { return size_; }

  // Copies up to `capacity` bytes from the place of reading and moves it on. 0: the end.
  std::size_t read(char* to, std::size_t capacity) noexcept;
  // The bytes from the place of reading on as buffers for sendmsg(), as many as fit; returns how
  // many. 0: the end.
  std::size_t unread(std::span<iovec> to) const noexcept;
  // Moves the place of reading on by `count` bytes, at most to the end.
  void skip(std::size_t count) noexcept;
  void rewind() noexcept;

 private:
  bool compress_zstd();
  bool compress_gzip();

  std::vector<std::string_view> pieces_;
  std::size_t size_ = 0;
  std::size_t piece_ = 0;   // place of reading: index in pieces_
  std::size_t offset_ = 0;  // and in that piece

  std::vector<char> compressed_;
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> zstd_;
  z_stream gzip_{};
  bool gzip_ready_ = false;
};

}  // namespace trace::http
