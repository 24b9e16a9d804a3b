// SPDX-License-Identifier: Apache-2.0
// EventParts: an EventBody in the journal's format: its fields, then its texts, trimmed, in the
// order of their bits. Views into the body. One thread.
#pragma once

#include <trace/record.hpp>

#include <cstdint>
#include <span>
#include <string_view>

#include "record/lane.hpp"

namespace trace::detail::record {

class EventParts {
 public:
  explicit EventParts(const EventBody& body) noexcept : EventParts(body, no_values, nullptr, {}) {}
  // `signature` and `names`: of the fields, at most most_fields.
  EventParts(const EventBody& body, const Signature& signature, const FieldName* names,
             std::span<const OutgoingValue> fields) noexcept;

  Site site() const noexcept { return {"", &signature_, names_}; }
  std::uint16_t bits() const noexcept { return bits_; }
  std::span<OutgoingValue> values() noexcept { return {values_, count_}; }

 private:
  using Text = std::optional<std::string_view>;
  static constexpr Signature no_values{0, 0, SignatureOf<>::tags};
  static constexpr std::size_t most_texts = 7;
  void take(const Text& text, std::uint16_t part, std::uint16_t cut_part,
            std::size_t limit) noexcept;
  void add(const OutgoingValue& text, std::uint16_t part, std::uint16_t cut_part) noexcept;
  void take_json(const Text& text, std::uint16_t part, std::uint16_t cut_part) noexcept;

  const Signature& signature_;
  const FieldName* const names_;
  std::uint16_t bits_ = 0;
  std::size_t count_ = 0;
  OutgoingValue values_[most_fields + most_texts];
};

// Records an event on a lane of the SDK's own, whatever the session admits; its texts are not
// searched for secrets. False if the lane gets no slab.
bool record_unsearched(Lane& lane, const NodeRef& node, const EventBody& body) noexcept;

}  // namespace trace::detail::record
