// SPDX-License-Identifier: Apache-2.0
// EventParts: an EventBody in the journal's format: its texts, trimmed, in the order of their bits.
// Views into the body. One thread.
#pragma once

#include <trace/record.hpp>

#include <cstdint>
#include <span>
#include <string_view>

#include "record/lane.hpp"

namespace trace::detail::record {

class EventParts {
 public:
  explicit EventParts(const EventBody& body) noexcept;

  Site site() const noexcept;
  std::uint16_t bits() const noexcept { return bits_; }
  std::span<OutgoingValue> values() noexcept { return {values_, count_}; }

 private:
  using Text = std::optional<std::string_view>;
  void take(const Text& text, std::uint16_t part, std::uint16_t cut_part,
            std::size_t limit) noexcept;
  void add(const OutgoingValue& text, std::uint16_t part, std::uint16_t cut_part) noexcept;
  void take_json(const Text& text, std::uint16_t part, std::uint16_t cut_part) noexcept;

  std::uint16_t bits_ = 0;
  std::size_t count_ = 0;
  OutgoingValue values_[7];
};

// Records an event on a lane of the SDK's own, whatever the session admits; its texts are not
// searched for secrets. False if the lane gets no slab.
bool record_unsearched(Lane& lane, const NodeRef& node, const EventBody& body) noexcept;

}  // namespace trace::detail::record
