#include "contract/identifier.hpp"

#include <algorithm>

#include "contract/utf8.hpp"

namespace trace::detail {
namespace {

bool has_control_character(std::string_view id) noexcept {
  return std::any_of(id.begin(), id.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

constexpr std::string_view without_controls = "must not contain control characters";

// As it is sent: each invalid sequence is one U+FFFD then.
std::size_t repaired_bytes(std::string_view id) noexcept {
  if (is_valid_utf8(id)) return id.size();
  std::size_t bytes = 0;
  while (!id.empty()) {
    const Utf8Sequence sequence = first_utf8_sequence(id);
    bytes += sequence.valid ? sequence.bytes : replacement_character.size();
    id.remove_prefix(sequence.bytes);
  }
  return bytes;
}

}  // namespace

std::string_view fault_of_run_id(std::string_view id) noexcept {
  if (id.empty() || id.size() > max_run_id_bytes || repaired_bytes(id) > max_run_id_bytes) {
    return "must have 1 to 128 bytes, each invalid UTF-8 sequence counted as the three of U+FFFD";
  }
  return has_control_character(id) ? without_controls : std::string_view{};
}

std::string_view fault_of_node_id(std::string_view id) noexcept {
  if (id.empty() || id.size() > max_node_id_bytes || repaired_bytes(id) > max_node_id_bytes) {
    return "must have 1 to 256 bytes, each invalid UTF-8 sequence counted as the three of U+FFFD";
  }
  return has_control_character(id) ? without_controls : std::string_view{};
}

std::string repaired_id(std::string_view id) {
  std::string repaired;
  append_valid_utf8(repaired, id);
  return repaired;
}

}  // namespace trace::detail
