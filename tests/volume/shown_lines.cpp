// SPDX-License-Identifier: Apache-2.0
#include "volume/shown_lines.hpp"

#include <fmt/format.h>

#include <array>

namespace trace::testing {
namespace {

ShownLines::Volume volume(const simdjson::dom::element& of) { return {of["lines"], of["bytes"]}; }

std::string hexadecimal(const unsigned char* bytes, unsigned size) {
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", bytes[i]);
  return text;
}

}  // namespace

ShownLines::ShownLines() : digest_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {}

void ShownLines::complain(std::string_view what, std::string_view of) {
  if (wrong_++ == 0) first_wrong_ = fmt::format("{}: {}", what, of);
}

void ShownLines::take(simdjson::ondemand::object& event) {
  ++events_;
  const std::string_view type = event["type"];
  if (type == "STARTED") return;
  const std::string_view raw = simdjson::to_json_string(event["data"]);
  const simdjson::dom::element data = parser_.parse(raw);
  simdjson::dom::element part;
  if (type == "COMPLETED") {
    take_end(data);
  } else if (data["omitted"].get(part) == simdjson::SUCCESS) {
    take_gap(part);
  } else if (data["omitting"].get(part) == simdjson::SUCCESS) {
    take_running_total(part);
  } else {
    take_lines(event["message"], data);
  }
}

void ShownLines::take_lines(std::string_view message, const simdjson::dom::element& data) {
  std::string_view stream;
  std::uint64_t said = 0;
  std::uint64_t found = 0;
  if (data["stream"].get(stream) != simdjson::SUCCESS || stream != "stdout") {
    complain("no line of stdout", message);
    return;
  }
  if (data["continued"].error() == simdjson::SUCCESS) complain("a part of a line", message);
  if (data["lines"].get(said) != simdjson::SUCCESS) said = 1;
  Volume& shown = has_gap_ ? tail_ : head_;
  for (bool more = true; more; next_.next()) {
    const std::size_t end = message.find('\n');
    const std::string_view line = message.substr(0, end);
    more = end != std::string_view::npos;
    if (more) message.remove_prefix(end + 1);
    if (line != next_.text()) complain(fmt::format("in place of line {}", next_.number()), line);
    ++found;
    ++shown.lines;
    shown.bytes += line.size() + 1;
  }
  if (found != said) complain("the event's number of lines", std::to_string(said));
}

// The bytes that were left out are made again, to hash them.
void ShownLines::take_gap(const simdjson::dom::element& omitted) {
  if (has_gap_) complain("a second gap", "");
  has_gap_ = true;
  omitted_ = volume(omitted);
  EVP_DigestInit_ex(digest_.get(), EVP_sha256(), nullptr);
  for (std::uint64_t i = 0; i < omitted_.lines; ++i, next_.next()) {
    EVP_DigestUpdate(digest_.get(), next_.with_end().data(), line_bytes);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  EVP_DigestFinal_ex(digest_.get(), hash.data(), &size);
  const std::string_view said = omitted["sha256"];
  if (said != hexadecimal(hash.data(), size)) complain("the hash of what was left out", said);
  if (omitted_.bytes != omitted_.lines * line_bytes) complain("bytes that were left out", "");
  if (running_.lines > omitted_.lines) complain("the running totals are beyond the total", "");
}

void ShownLines::take_running_total(const simdjson::dom::element& omitting) {
  const Volume now = volume(omitting);
  if (has_gap_ || now.lines <= running_.lines || now.bytes != now.lines * line_bytes) {
    complain("a running total", std::to_string(now.lines));
  }
  running_ = now;
  ++running_totals_;
}

void ShownLines::take_end(const simdjson::dom::element& data) {
  if (reported_) complain("a second end", "");
  reported_ = Volume{data["lines"]["stdout"], data["bytes"]["stdout"]};
}

}  // namespace trace::testing
