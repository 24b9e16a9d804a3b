// SPDX-License-Identifier: Apache-2.0
// The receiving end of compressed bodies; empty text when the bytes are no such body.
#pragma once

#include <zlib.h>
#include <zstd.h>

#include <string>

namespace trace::testing {

inline std::string unzstd(const std::string& bytes) {
  const auto size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) return {};
  std::string text(size, '\0');
  const auto got = ZSTD_decompress(text.data(), text.size(), bytes.data(), bytes.size());
  return got == size ? text : std::string();
}

inline std::string gunzip(const std::string& bytes) {
  std::string text(64 * 1024 * 1024, '\0');
  std::string in = bytes;
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const int answer = inflate(&stream, Z_FINISH);
  text.resize(text.size() - stream.avail_out);
  inflateEnd(&stream);
  return answer == Z_STREAM_END ? text : std::string();
}

}  // namespace trace::testing
