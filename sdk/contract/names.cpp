// SPDX-License-Identifier: Apache-2.0
// The names of the contract: event types, levels, streams and run states.
#include <algorithm>
#include <array>
#include <cstddef>

#include <trace/event.hpp>
#include <trace/status.hpp>

namespace trace {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 4> type_names{"STARTED", "PROGRESS", "COMPLETED", "FAILED"};
constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 3> stream_names{"stdout", "stderr", "pty"};
constexpr std::array<std::string_view, 7> run_status_names{
    "QUEUED", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "TERMINATED", "TIMED_OUT"};

// A value without an enumerator (a cast, a damaged byte) has an empty name.
template <class Enum, std::size_t N>
constexpr std::string_view name_in(const std::array<std::string_view, N>& names, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : std::string_view{};
}

template <class Enum, std::size_t N>
constexpr std::optional<Enum> value_in(const std::array<std::string_view, N>& names,
                                       std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

std::string_view name(Type type) noexcept { return name_in(type_names, type); }
std::string_view name(Level level) noexcept { return name_in(level_names, level); }
std::string_view name(Stream stream) noexcept { return name_in(stream_names, stream); }
std::string_view name(RunStatus status) noexcept { return name_in(run_status_names, status); }

std::optional<Type> type_from_name(std::string_view name) noexcept {
  return value_in<Type>(type_names, name);
}
std::optional<Level> level_from_name(std::string_view name) noexcept {
  return value_in<Level>(level_names, name);
}
std::optional<RunStatus> run_status_from_name(std::string_view name) noexcept {
  return value_in<RunStatus>(run_status_names, name);
}

}  // namespace trace
