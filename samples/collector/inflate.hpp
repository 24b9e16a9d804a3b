// Decompression of request bodies, bounded: a few bytes must never become more memory than a
// plain body may take.
//
// Pure functions, called on the store thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trace::collector {

enum class Encoding : std::uint8_t { identity, gzip, zstd };

// A Content-Encoding: one of the three, in any case; nothing for another one or a list.
std::optional<Encoding> encoding_from_name(std::string_view name);

struct Inflated {
  enum class Outcome : std::uint8_t { whole, corrupt, too_large };
  Outcome outcome = Outcome::whole;
  std::string bytes = {};
};

// At most `limit` bytes come out; one more is too_large.
Inflated inflate(Encoding encoding, std::string_view body, std::size_t limit);

}  // namespace trace::collector
