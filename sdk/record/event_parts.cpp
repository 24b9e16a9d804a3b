// SPDX-License-Identifier: Apache-2.0
#include "record/event_parts.hpp"

#include <algorithm>
#include <cassert>

#include "journal/format.hpp"

namespace trace::detail::record {
namespace {

constexpr std::size_t max_stack_bytes = 32 * 1024;
constexpr std::size_t max_code_bytes = 256;
constexpr std::size_t max_timestamp_bytes = 64;

}  // namespace

EventParts::EventParts(const EventBody& body, const Signature& signature, const FieldName* names,
                       std::span<const OutgoingValue> fields) noexcept
    : signature_(signature), names_(names), count_(fields.size()) {
  assert(fields.size() <= most_fields);
  std::copy(fields.begin(), fields.end(), values_);
  // In the order of the parts' bits, in which the encoder reads them.
  take(body.message, part_message, part_cut_message, max_message_bytes);
  if (body.error_message || body.error_code || body.error_stack) {
    take(body.error_message.value_or(""), journal::part_error_message, journal::part_cut_error,
         max_message_bytes);
  }
  take(body.error_code, journal::part_error_code, journal::part_cut_error, max_code_bytes);
  take(body.error_stack, journal::part_error_stack, journal::part_cut_stack, max_stack_bytes);
  take_json(body.output_summary, journal::part_output_summary, journal::part_cut_output);
  take_json(body.data, journal::part_data, part_cut_data);
  take(body.timestamp, journal::part_timestamp, 0, max_timestamp_bytes);
}

void EventParts::take(const Text& text, std::uint16_t part, std::uint16_t cut_part,
                      std::size_t limit) noexcept {
  if (!text) return;
  bool cut = false;
  const std::string_view kept = trimmed(*text, limit, cut);
  add(outgoing(kept, cut), part, cut ? cut_part : std::uint16_t{0});
}

void EventParts::add(const OutgoingValue& text, std::uint16_t part,
                     std::uint16_t cut_part) noexcept {
  values_[count_++] = text;
  bits_ = static_cast<std::uint16_t>(bits_ | part | cut_part);
}

void EventParts::take_json(const Text& text, std::uint16_t part, std::uint16_t cut_part) noexcept {
  // JSON cannot be cut: if too long it is omitted and marked as cut.
  if (!text) return;
  const bool cut = text->size() > max_data_bytes;
  add(outgoing(Json{cut ? "{}" : *text}, cut), part, cut ? cut_part : std::uint16_t{0});
}

bool record_unsearched(Lane& lane, const NodeRef& node, const EventBody& body) noexcept {
  EventParts parts(body);
  std::size_t bytes = 0;
  for (const OutgoingValue& value : parts.values()) bytes += 4 + value.bytes;
  auto failure = Lane::Failure::none;
  std::byte* at =
      lane.reserve(node, parts.site(), body.type, body.level, parts.bits(), bytes, failure);
  if (at == nullptr) return false;
  for (const OutgoingValue& value : parts.values()) store_text(at, value.text);
  lane.publish();
  return true;
}

}  // namespace trace::detail::record
