// SPDX-License-Identifier: Apache-2.0
#include "http/request_body.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace trace::http {
namespace {

// The cheapest levels: event JSON shrinks about tenfold with either, and more effort costs the
// worker's CPU for a few per cent (docs/decisions/0003-compression.md).
constexpr int zstd_level = 1;
constexpr int gzip_level = 1;
constexpr int gzip_window = 15 + 16;  // the largest window, with a gzip header

}  // namespace

std::string_view name(ContentEncoding encoding) noexcept {
  constexpr std::string_view names[] = {"", "gzip", "zstd"};
  return names[static_cast<std::size_t>(encoding)];
}

RequestBody::RequestBody() : zstd_(nullptr, &ZSTD_freeCCtx) {}

RequestBody::~RequestBody() {
  if (gzip_ready_) deflateEnd(&gzip_);
}

void RequestBody::clear() noexcept {
  pieces_.clear();
  size_ = 0;
  rewind();
}

void RequestBody::add(std::string_view piece) {
  if (piece.empty()) return;
  pieces_.push_back(piece);
  size_ += piece.size();
}

std::size_t RequestBody::read(char* to, std::size_t capacity) noexcept {
  std::size_t done = 0;
  while (done < capacity && piece_ < pieces_.size()) {
    const std::string_view rest = pieces_[piece_].substr(offset_, capacity - done);
    std::memcpy(to + done, rest.data(), rest.size());
    done += rest.size();
    skip(rest.size());
  }
  return done;
}

std::size_t RequestBody::unread(std::span<iovec> to) const noexcept {
  const std::size_t count = std::min(to.size(), pieces_.size() - piece_);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view rest = pieces_[piece_ + i].substr(i == 0 ? offset_ : 0);
    // sendmsg() reads only, but its interface has no const.
    to[i] = {const_cast<char*>(rest.data()), rest.size()};
  }
  return count;
}

void RequestBody::skip(std::size_t count) noexcept {
  offset_ += count;
  while (piece_ < pieces_.size() && offset_ >= pieces_[piece_].size()) {
    offset_ -= pieces_[piece_].size();
    ++piece_;
  }
}

void RequestBody::rewind() noexcept {
  piece_ = 0;
  offset_ = 0;
}

bool RequestBody::compress(ContentEncoding encoding) {
  rewind();
  if (encoding == ContentEncoding::identity || pieces_.empty()) return true;
  const bool done = encoding == ContentEncoding::zstd ? compress_zstd() : compress_gzip();
  if (!done) return false;
  pieces_.assign(1, std::string_view(compressed_.data(), size_));
  return true;
}

bool RequestBody::compress_zstd() {
  if (!zstd_) {
    zstd_.reset(ZSTD_createCCtx());
    if (!zstd_) return false;
    ZSTD_CCtx_setParameter(zstd_.get(), ZSTD_c_compressionLevel, zstd_level);
  }
  ZSTD_CCtx_reset(zstd_.get(), ZSTD_reset_session_only);
  ZSTD_CCtx_setPledgedSrcSize(zstd_.get(), size_);
  compressed_.resize(std::max(compressed_.size(), ZSTD_compressBound(size_)));
  ZSTD_outBuffer out{compressed_.data(), compressed_.size(), 0};
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    ZSTD_inBuffer in{pieces_[i].data(), pieces_[i].size(), 0};
    const auto mode = i + 1 == pieces_.size() ? ZSTD_e_end : ZSTD_e_continue;
    std::size_t left = 0;
    do {
      left = ZSTD_compressStream2(zstd_.get(), &out, &in, mode);
      // The buffer holds the worst case, so a full one is an error too.
      if (ZSTD_isError(left) != 0 || (out.pos == out.size && left != 0)) return false;
    } while (mode == ZSTD_e_end ? left != 0 : in.pos < in.size);
  }
  size_ = out.pos;
  return true;
}

bool RequestBody::compress_gzip() {
  if (!gzip_ready_) {
    if (deflateInit2(&gzip_, gzip_level, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
      return false;
    }
    gzip_ready_ = true;
  }
  if (size_ > std::numeric_limits<uInt>::max() / 2 || deflateReset(&gzip_) != Z_OK) return false;
  compressed_.resize(std::max(compressed_.size(), std::size_t{deflateBound(&gzip_, size_)}));
  gzip_.next_out = reinterpret_cast<Bytef*>(compressed_.data());
  gzip_.avail_out = static_cast<uInt>(compressed_.size());
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    // zlib reads only, but its interface predates const.
    gzip_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(pieces_[i].data()));
    gzip_.avail_in = static_cast<uInt>(pieces_[i].size());
    const bool last = i + 1 == pieces_.size();
    const int code = deflate(&gzip_, last ? Z_FINISH : Z_NO_FLUSH);
    if (code != (last ? Z_STREAM_END : Z_OK) || gzip_.avail_in != 0) return false;
  }
  size_ = compressed_.size() - gzip_.avail_out;
  return true;
}

}  // namespace trace::http
