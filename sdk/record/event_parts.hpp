// EventParts: an EventBody in the journal's format: its texts, trimmed, in the order of their bits.
// Views into the body. One thread.
#pragma once

#include <trace/record.hpp>

#include <cstdint>
#include <string_view>

#include <trace/detail/definition_cache.hpp>

namespace trace::detail {

class EventParts {
 public:
  explicit EventParts(const EventBody& body) noexcept;

  Site site() const noexcept;
  std::uint16_t bits() const noexcept { return bits_; }
  std::size_t bytes() const noexcept { return bytes_; }
  void store_to(std::byte* at) const noexcept;

 private:
  using Text = std::optional<std::string_view>;
  void take(const Text& text, std::uint16_t part, std::uint16_t cut_part,
            std::size_t limit) noexcept;
  void take_json(const Text& text, std::uint16_t part, std::uint16_t cut_part) noexcept;

  std::uint16_t bits_ = 0;
  std::size_t bytes_ = 0;
  std::size_t count_ = 0;
  std::string_view texts_[7];
};

}  // namespace trace::detail
