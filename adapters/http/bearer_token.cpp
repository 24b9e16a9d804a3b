// SPDX-License-Identifier: Apache-2.0
#include "http/bearer_token.hpp"

#include <algorithm>
#include <fstream>
#include <utility>

namespace trace::http {
namespace {

constexpr std::size_t longest_token = 64 * 1024;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

// A line break would let the writer of the file add headers of his own.
bool sendable(const std::string& token) {
  return std::none_of(token.begin(), token.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) == 0x7f;
  });
}

}  // namespace

BearerToken::BearerToken(std::string token, std::string file) : file_(std::move(file)) {
  if (from_file()) return;
  loaded_ = sendable(token);
  if (loaded_) {
    value_ = std::move(token);
  } else {
    problem_ = "the token contains white space or control characters";
  }
}

bool BearerToken::load() { return loaded_ || (from_file() && read()); }

bool BearerToken::reload() {
  if (!from_file()) return false;
  const std::string before = value_;
  return read() && value_ != before;
}

bool BearerToken::read() {
  std::ifstream in(file_, std::ios::binary);
  if (!in) {
    problem_ = "the token file " + file_ + " cannot be read";
    return false;
  }
  std::string text(longest_token + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  const bool too_long = text.size() > longest_token;
  text = std::string(trimmed(text));
  if (in.bad() || text.empty() || too_long || !sendable(text)) {
    problem_ = "the token file " + file_ + " does not contain exactly one token";
    return false;
  }
  value_ = std::move(text);
  problem_.clear();
  loaded_ = true;
  return true;
}

}  // namespace trace::http
