#include "record/event_parts.hpp"

#include "journal/format.hpp"

namespace trace::detail {
namespace {

constexpr std::size_t max_stack_bytes = 32 * 1024;
constexpr std::size_t max_code_bytes = 256;
constexpr std::size_t max_timestamp_bytes = 64;

}  // namespace

EventParts::EventParts(const EventBody& body) noexcept {
  // In the order of the parts' bits, in which the encoder reads them.
  take(body.message, part_message, part_cut_message, max_message_bytes);
  if (body.error_message || body.error_code || body.error_stack) {
    take(body.error_message.value_or(""), part_error_message, part_cut_error, max_message_bytes);
  }
  take(body.error_code, part_error_code, part_cut_error, max_code_bytes);
  take(body.error_stack, part_error_stack, part_cut_stack, max_stack_bytes);
  take_json(body.output_summary, part_output_summary, part_cut_output);
  take_json(body.data, part_data, part_cut_data);
  take(body.timestamp, part_timestamp, 0, max_timestamp_bytes);
}

Site EventParts::site() const noexcept {
  static constexpr Signature no_values{0, 0, SignatureOf<>::tags};
  return {"", &no_values, nullptr};
}

void EventParts::take(const Text& text, std::uint16_t part, std::uint16_t cut_part,
                      std::size_t limit) noexcept {
  if (!text) return;
  bool cut = false;
  texts_[count_] = trimmed(*text, limit, cut);
  bytes_ += 4 + texts_[count_++].size();
  bits_ = static_cast<std::uint16_t>(bits_ | part | (cut ? cut_part : 0));
}

void EventParts::take_json(const Text& text, std::uint16_t part, std::uint16_t cut_part) noexcept {
  // A JSON text cannot be cut: what is too long is left out and named as cut.
  const bool cut = text && text->size() > max_data_bytes;
  take(cut ? Text("{}") : text, part, cut_part, max_data_bytes);
  if (cut) bits_ = static_cast<std::uint16_t>(bits_ | cut_part);
}

void EventParts::store_to(std::byte* at) const noexcept {
  for (std::size_t i = 0; i < count_; ++i) store_text(at, texts_[i]);
}

}  // namespace trace::detail
