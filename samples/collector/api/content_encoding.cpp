// SPDX-License-Identifier: Apache-2.0
#include "collector/api/content_encoding.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

#include "collector/api/ascii.hpp"

namespace trace::collector::api {
namespace {

constexpr std::size_t piece = std::size_t{256} * 1024;
// The largest window that a frame may request. 2^24 bytes cover every level of the zstd command
// except --ultra and --long.
constexpr int largest_window_log = 24;

// Makes room for one more piece, up to one byte above the limit: that byte distinguishes "full"
// from "too large".
std::size_t grow(std::string& out, std::size_t used, std::size_t limit) {
  const std::size_t room = std::min(piece, limit + 1 - used);
  out.resize(used + room);
  return room;
}

Inflated inflate_gzip(std::string_view body, std::size_t limit) {
  constexpr int gzip_only = 15 + 16;
  z_stream stream{};
  if (inflateInit2(&stream, gzip_only) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> at_end(&stream, &inflateEnd);
  // zlib's interface predates const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());

  std::string out;
  std::size_t used = 0;
  for (;;) {
    const std::size_t room = grow(out, used, limit);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + used);
    stream.avail_out = static_cast<uInt>(room);
    const int result = ::inflate(&stream, Z_NO_FLUSH);
    used += room - stream.avail_out;
    if (used > limit) return {Inflated::Outcome::too_large};
    if (result == Z_STREAM_END) {
      if (stream.avail_in == 0) break;
      if (inflateReset(&stream) != Z_OK) return {Inflated::Outcome::corrupt};  // the next member
    } else if (result != Z_OK) {
      return {Inflated::Outcome::corrupt};  // includes a truncated body
    }
  }
  out.resize(used);
  return {Inflated::Outcome::whole, std::move(out)};
}

Inflated inflate_zstd(std::string_view body, std::size_t limit) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(),
                                                                     &ZSTD_freeDCtx);
  if (!context) throw std::bad_alloc();
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, largest_window_log);

  ZSTD_inBuffer in{body.data(), body.size(), 0};
  std::string out;
  std::size_t used = 0;
  for (;;) {
    const std::size_t room = grow(out, used, limit);
    ZSTD_outBuffer target{out.data() + used, room, 0};
    const std::size_t before = in.pos;
    const std::size_t left = ZSTD_decompressStream(context.get(), &target, &in);
    used += target.pos;
    if (ZSTD_isError(left)) return {Inflated::Outcome::corrupt};
    if (used > limit) return {Inflated::Outcome::too_large};
    if (left == 0 && in.pos == in.size) break;
    const bool stuck = in.pos == before && target.pos == 0;
    if (stuck) return {Inflated::Outcome::corrupt};  // truncated
  }
  out.resize(used);
  return {Inflated::Outcome::whole, std::move(out)};
}

}  // namespace

std::optional<ContentEncoding> content_encoding_from_name(std::string_view name) {
  name = trimmed(name);
  if (name.empty() || equals_ignoring_case(name, "identity")) return ContentEncoding::identity;
  if (equals_ignoring_case(name, "gzip") || equals_ignoring_case(name, "x-gzip"))
    return ContentEncoding::gzip;
  if (equals_ignoring_case(name, "zstd")) return ContentEncoding::zstd;
  return std::nullopt;
}

Inflated inflate(ContentEncoding encoding, std::string_view body, std::size_t limit) {
  if (encoding == ContentEncoding::gzip) return inflate_gzip(body, limit);
  if (encoding == ContentEncoding::zstd) return inflate_zstd(body, limit);
  if (body.size() > limit) return {Inflated::Outcome::too_large};
  return {Inflated::Outcome::whole, std::string(body)};
}

}  // namespace trace::collector::api
