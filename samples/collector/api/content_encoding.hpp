// SPDX-License-Identifier: Apache-2.0
// Decompression of request bodies. The output is bounded, so that a small body cannot take more
// memory than a plain one may. Pure functions, called on a store thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trace::collector::api {

enum class ContentEncoding : std::uint8_t { identity, gzip, zstd };

// The value of a Content-Encoding header, in any case. Nothing for an unknown name or a list.
std::optional<ContentEncoding> content_encoding_from_name(std::string_view name);

struct Inflated {
  enum class Outcome : std::uint8_t { whole, corrupt, too_large };
  Outcome outcome = Outcome::whole;
  std::string bytes = {};
};

// An output of more than `limit` bytes is too_large.
Inflated inflate(ContentEncoding encoding, std::string_view body, std::size_t limit);

}  // namespace trace::collector::api
