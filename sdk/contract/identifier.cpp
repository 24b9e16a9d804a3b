#include "contract/identifier.hpp"

#include <algorithm>

namespace trace::detail {
namespace {

bool has_control_character(std::string_view id) noexcept {
  return std::any_of(id.begin(), id.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

constexpr std::string_view without_controls = "must not contain control characters";

}  // namespace

std::string_view fault_of_run_id(std::string_view id) noexcept {
  if (id.empty() || id.size() > max_run_id_bytes) return "must have 1 to 128 bytes";
  return has_control_character(id) ? without_controls : std::string_view{};
}

std::string_view fault_of_node_id(std::string_view id) noexcept {
  if (id.empty() || id.size() > max_node_id_bytes) return "must have 1 to 256 bytes";
  return has_control_character(id) ? without_controls : std::string_view{};
}

}  // namespace trace::detail
