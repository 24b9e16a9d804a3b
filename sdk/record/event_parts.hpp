// SPDX-License-Identifier: Apache-2.0
// EventParts: an EventBody in the journal's format: its texts, trimmed, in the order of their bits,
// to be searched for secrets before they are stored. Views into the body. One thread.
#pragma once

#include <trace/record.hpp>

#include <cstdint>
#include <string_view>

#include <trace/detail/definition_cache.hpp>

namespace trace::detail::record {

class EventParts {
 public:
  explicit EventParts(const EventBody& body) noexcept;

  Site site() const noexcept;
  std::uint16_t bits() const noexcept { return bits_; }
  std::size_t bytes() const noexcept { return bytes_; }
  OutgoingText* texts() noexcept { return texts_; }
  std::size_t count() const noexcept { return count_; }
  void store_to(std::byte* at, const void* secrets = nullptr) const noexcept;

 private:
  using Text = std::optional<std::string_view>;
  void take(const Text& text, std::uint16_t part, std::uint16_t cut_part,
            std::size_t limit) noexcept;
  void add(const OutgoingText& text, std::uint16_t part, std::uint16_t cut_part) noexcept;
  void take_json(const Text& text, std::uint16_t part, std::uint16_t cut_part) noexcept;

  std::uint16_t bits_ = 0;
  std::size_t bytes_ = 0;
  std::size_t count_ = 0;
  OutgoingText texts_[7];
};

}  // namespace trace::detail::record
