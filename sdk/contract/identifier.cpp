// SPDX-License-Identifier: Apache-2.0
#include "contract/identifier.hpp"

#include <algorithm>

#include "text/utf8.hpp"

namespace trace::detail::contract {
namespace {

bool has_control_character(std::string_view id) noexcept {
  return std::any_of(id.begin(), id.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

// Most ids: printable ASCII, which needs no repair. Read for each run and node that is opened, and
// again in each slab.
bool is_plain(std::string_view id) noexcept {
  bool plain = true;
  for (const char c : id) plain &= c >= 0x20 && c < 0x7F;
  return plain;
}

constexpr std::string_view without_controls = "must not contain control characters";

// Calls take() with each piece of the id as it is sent. Does not use the faster check of a whole
// text: its library may already be destroyed when a static destructor opens a run.
template <class Take>
void repair(std::string_view id, Take take) {
  while (!id.empty()) {
    const text::Utf8Sequence sequence = text::first_utf8_sequence(id);
    take(sequence.valid ? id.substr(0, sequence.bytes) : text::replacement_character);
    id.remove_prefix(sequence.bytes);
  }
}

std::size_t repaired_bytes(std::string_view id) noexcept {
  std::size_t bytes = 0;
  repair(id, [&](std::string_view piece) { bytes += piece.size(); });
  return bytes;
}

}  // namespace

std::string_view fault_of_run_id(std::string_view id) noexcept {
  if (!id.empty() && id.size() <= max_run_id_bytes && is_plain(id)) return {};
  if (id.empty() || id.size() > max_run_id_bytes || repaired_bytes(id) > max_run_id_bytes) {
    return "must have 1 to 128 bytes, each invalid UTF-8 sequence counted as the three of U+FFFD";
  }
  return has_control_character(id) ? without_controls : std::string_view{};
}

std::string_view fault_of_node_id(std::string_view id) noexcept {
  if (!id.empty() && id.size() <= max_node_id_bytes && is_plain(id)) return {};
  if (id.empty() || id.size() > max_node_id_bytes || repaired_bytes(id) > max_node_id_bytes) {
    return "must have 1 to 256 bytes, each invalid UTF-8 sequence counted as the three of U+FFFD";
  }
  return has_control_character(id) ? without_controls : std::string_view{};
}

std::string_view fault_of_organization_id(std::string_view id) noexcept {
  if (id.size() > max_organization_id_bytes || repaired_bytes(id) > max_organization_id_bytes) {
    return "must have 1 to 191 bytes, each invalid UTF-8 sequence counted as the three of U+FFFD";
  }
  return fault_of_node_id(id);
}

std::string repaired_id(std::string_view id) {
  if (is_plain(id)) return std::string(id);
  std::string repaired;
  repaired.reserve(id.size());
  repair(id, [&](std::string_view piece) { repaired += piece; });
  return repaired;
}

}  // namespace trace::detail::contract
