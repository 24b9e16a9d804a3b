#include "cursor.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace trace::collector {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= count ? alphabet[group >> (18 - 6 * k) & 63U] : '=';
    }
  }
  return out;
}

// The bytes of well-formed or sloppy base64 alike: decode_cursor() compares the way back.
std::string from_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) break;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held & 255U);
    }
  }
  return out;
}

}  // namespace

std::string encode_cursor(std::uint64_t sequence) { return base64(std::to_string(sequence)); }

std::optional<std::uint64_t> decode_cursor(std::string_view cursor) {
  constexpr std::size_t longest = 28;  // base64 of twenty digits
  if (cursor.size() > longest) return std::nullopt;
  const std::string digits = from_base64(cursor);
  std::uint64_t sequence = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), sequence);
  if (fault != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  // The store's integers are signed.
  if (sequence > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return std::nullopt;
  }
  if (encode_cursor(sequence) != cursor) return std::nullopt;
  return sequence;
}

}  // namespace trace::collector
