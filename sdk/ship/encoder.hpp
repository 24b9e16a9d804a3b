// Encoder: from an event as the journal holds it to contract JSON (docs/contract.md, Event
// Fields). Formats the message here, far from the thread that recorded it. Strings are repaired
// and trimmed on the way; what was cut is named in `data.truncated`. One thread.
#pragma once

#include <fmt/args.h>
#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "contract/json_text.hpp"
#include "journal/slab_reader.hpp"
#include "ship/bounded_text.hpp"

namespace trace::detail {

inline constexpr std::size_t max_event_bytes = 128 * 1024;
inline constexpr std::size_t max_stack_bytes = 32 * 1024;

class Encoder {
 public:
  explicit Encoder(std::string_view session_id) : session_id_(session_id) {}

  // From now on stamps are converted with these points.
  void set_time(std::vector<Calibration> points) { calibrations_ = std::move(points); }

  // Appends the event's JSON to `out`; false, with `out` unchanged, when its bytes make no sense.
  bool append(const EventView& event, std::uint32_t lane, std::string& out);

 private:
  // What is left out of an event that would be larger than max_event_bytes, step by step.
  enum class Fit : std::uint8_t { whole, without_data, without_output, short_texts };

  bool append_event(const EventView& event, std::uint32_t lane, Fit fit, std::string& out);
  void append_identity(const EventView& event, std::uint32_t lane, std::string& out);
  void append_time(const EventView& event, std::string_view given, std::string& out);
  bool format_message(const SiteView& site, class PayloadReader& payload);
  bool append_fields(const SiteView& site, class PayloadReader& payload, std::string& out);
  void note_cut(bool cut, std::string_view name);

  std::string session_id_;
  std::vector<Calibration> calibrations_;
  TimestampWriter timestamps_;
  fmt::dynamic_format_arg_store<fmt::format_context> arguments_;
  BoundedText message_;
  bool message_cut_ = false;
  std::string fields_;  // members of `data`, without the braces
  std::vector<std::string_view> cut_;
};

// "<session>-<lane>": the emitter of docs/ingestion-api.md.
std::string emitter_name(std::string_view session_id, std::uint32_t lane);

}  // namespace trace::detail
