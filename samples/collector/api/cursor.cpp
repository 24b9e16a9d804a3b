// SPDX-License-Identifier: Apache-2.0
#include "collector/api/cursor.hpp"

#include <openssl/evp.h>

#include <array>
#include <charconv>
#include <limits>

namespace trace::collector::api {
namespace {

constexpr std::size_t max_digits = 20;
constexpr std::size_t max_cursor = 28;  // base64 of twenty digits

}  // namespace

std::string encode_cursor(std::uint64_t sequence) {
  const std::string digits = std::to_string(sequence);
  std::array<unsigned char, max_cursor + 1> out{};  // OpenSSL appends a NUL
  const int length =
      EVP_EncodeBlock(out.data(), reinterpret_cast<const unsigned char*>(digits.data()),
                      static_cast<int>(digits.size()));
  return {reinterpret_cast<const char*>(out.data()), static_cast<std::size_t>(length)};
}

std::optional<std::uint64_t> decode_cursor(std::string_view cursor) {
  if (cursor.size() > max_cursor) return std::nullopt;
  std::array<unsigned char, max_digits + 1> digits{};  // OpenSSL decodes padding as NUL bytes
  const int length =
      EVP_DecodeBlock(digits.data(), reinterpret_cast<const unsigned char*>(cursor.data()),
                      static_cast<int>(cursor.size()));
  if (length <= 0) return std::nullopt;
  std::uint64_t sequence = 0;
  const auto* const text = reinterpret_cast<const char*>(digits.data());
  const auto [end, fault] = std::from_chars(text, text + length, sequence);
  static_cast<void>(end);  // the comparison below finds whatever follows the digits
  if (fault != std::errc{}) return std::nullopt;
  // The store's integers are signed.
  if (sequence > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return std::nullopt;
  }
  if (encode_cursor(sequence) != cursor) return std::nullopt;
  return sequence;
}

}  // namespace trace::collector::api
