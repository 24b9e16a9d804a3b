// SPDX-License-Identifier: Apache-2.0
// MessagePlan: a call site's format string and types compiled once, so that the message and data of
// a common event are written by a few copies and no parser. A site that uses more than "{}"
// (widths, indices, JSON fields) has none; the encoder formats its events with fmt. One thread.
#pragma once

#include <trace/record.hpp>

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "text/padded_text.hpp"

namespace trace::detail::journal {
struct SiteView;
}

namespace trace::detail::ship {

// The values and texts after an event's header, one by one, as trace::detail::store wrote them.
// Bounds-checked: reading past the end fails and stays failed.
class PayloadReader {
 public:
  explicit PayloadReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::uint64_t word() noexcept {
    std::uint64_t value = 0;
    if (bytes_.size() < 8) {
      failed_ = true;
    } else {
      std::memcpy(&value, bytes_.data(), 8);
      bytes_ = bytes_.subspan(8);
    }
    return value;
  }

  template <class T>
  T value() noexcept {
    const std::uint64_t raw = word();
    T result;
    std::memcpy(&result, &raw, sizeof result);
    return result;
  }

  std::string_view text() noexcept {
    std::uint32_t size = 0;
    if (bytes_.size() < 4) {
      failed_ = true;
      return {};
    }
    std::memcpy(&size, bytes_.data(), 4);
    if (size > bytes_.size() - 4) {
      failed_ = true;
      return {};
    }
    const std::string_view text(reinterpret_cast<const char*>(bytes_.data()) + 4, size);
    bytes_ = bytes_.subspan(4 + std::size_t{size});
    return text;
  }

  bool failed() const noexcept { return failed_; }

 private:
  std::span<const std::byte> bytes_;
  bool failed_ = false;
};

// Reads a value of this type and passes it to `visit`: bool, char, a number, const void*,
// std::string_view or Json. False, without a call, for an invalid tag.
template <class Visit>
bool visit_value(Tag tag, PayloadReader& payload, Visit visit) {
  switch (tag) {
    case Tag::boolean:
      visit(payload.word() != 0);
      return true;
    case Tag::character:
      visit(payload.value<char>());
      return true;
    case Tag::int64:
      visit(payload.value<std::int64_t>());
      return true;
    case Tag::uint64:
      visit(payload.word());
      return true;
    case Tag::float32:
      visit(payload.value<float>());
      return true;
    case Tag::float64:
      visit(payload.value<double>());
      return true;
    case Tag::pointer:
      visit(payload.value<const void*>());
      return true;
    case Tag::string:
      visit(payload.text());
      return true;
    case Tag::json:
      visit(Json{payload.text()});
      return true;
    default:
      return false;
  }
}

class MessagePlan {
 public:
  // Larger payloads use the general encoder, because a part of them may exceed a limit.
  static constexpr std::size_t longest_payload = 4096;

  static std::optional<MessagePlan> compile(const journal::SiteView& site);

  // Whether the output of write() may contain an anchor of a token pattern
  // (tokens/token_anchors.hpp): one of the site's text, of the payload, or of both together.
  bool may_hold_anchor(std::span<const std::byte> payload) const noexcept;
  // The maximum number of bytes that write() writes.
  std::size_t bound(std::size_t payload_bytes) const noexcept;
  // Writes ,"message":… and ,"data":… and returns the end; null if the payload does not match the
  // site or needs the general encoder.
  char* write(char* to, std::span<const std::byte> payload) const;

 private:
  // A value, and the JSON text before it.
  struct Step {
    text::PaddedText before;
    Tag tag;
  };
  bool add_message(const journal::SiteView& site);
  bool sites_text_may_hold_anchor() const noexcept;
  char* write_fields(char* to, std::span<const std::byte> payload) const;

  std::vector<Step> fields_;
  std::vector<Step> message_;
  text::PaddedText after_message_;
  std::size_t fixed_bytes_ = 0;
  bool site_may_hold_anchor_ = false;
  bool payload_has_text_ = false;
};

}  // namespace trace::detail::ship
