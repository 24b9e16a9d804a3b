// SPDX-License-Identifier: Apache-2.0
// Encoder: converts an event of the journal to contract JSON (docs/contract.md, Event Fields).
// Messages are formatted here, not on the thread that recorded them. Strings are redacted, then
// repaired and trimmed; `data.truncated` lists what was cut. EventHead writes the members that each
// event begins with, and BoundedAllocator limits the memory for a formatted message. One thread.
#pragma once

#include <fmt/args.h>
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "contract/event_prefix.hpp"
#include "contract/timestamp.hpp"
#include "journal/slab_reader.hpp"
#include "secrets/event_redactor.hpp"
#include "ship/message_plan.hpp"
#include "text/padded_text.hpp"
#include "time/wall_time.hpp"

namespace trace::detail::ship {

inline constexpr std::size_t max_event_bytes = 128 * 1024;
inline constexpr std::size_t max_stack_bytes = 32 * 1024;

// Of a buffer for fmt: a width such as {:>2000000000} must not exhaust the process's memory.
// Growing beyond the limit throws Exceeded, and what was written before stays.
template <class T, std::size_t limit>
struct BoundedAllocator : std::allocator<T> {
  struct Exceeded : std::bad_alloc {};
  template <class U>
  struct rebind {
    using other = BoundedAllocator<U, limit>;
  };

  T* allocate(std::size_t count) {
    if (count > limit / sizeof(T)) throw Exceeded();
    return std::allocator<T>::allocate(count);
  }
};

// Far more than a message may have: the largest record plus what formatting adds to it.
inline constexpr std::size_t max_formatted_bytes = std::size_t{1} << 20;
using FormattingAllocator = BoundedAllocator<char, max_formatted_bytes>;
using BoundedText = fmt::basic_memory_buffer<char, fmt::inline_buffer_size, FormattingAllocator>;

// The beginning of every event's JSON: id, run, node, type, level and time. All but the id's
// sequence and the fraction of a second is the same for many events, so it is kept as text and
// copied: that of an emitter apart from that of a node, because the texts of all pairs would not
// fit into the cache.
class EventHead {
 public:
  explicit EventHead(std::string_view session_id);

  // Sets the points for converting stamps.
  void set_time(std::vector<time::Calibration> points) { stamps_.set_points(std::move(points)); }

  // For the next event; the others refer to it.
  void prepare(const journal::NodeView& node, std::uint32_t lane) {
    if (node.number != number_ || lane != lane_) turn_to(node, lane);
  }
  // The maximum number of bytes that write() and write_time() write or overwrite.
  std::size_t bound() const noexcept { return bound_; }
  // Writes {"id":…,"level":…,"timestamp": and returns its end.
  char* write(char* to, const journal::EventView& event) {
    to = node_->write(emitter_->write(to, event.sequence));
    return kinds_[static_cast<std::size_t>(event.type)][static_cast<std::size_t>(event.level)]
        .write(to);
  }
  // Writes what follows: the stamp as UTC, quoted.
  char* write_time(char* to, std::uint64_t stamp) noexcept {
    const std::int64_t wall_ns = stamps_.wall_ns(stamp);
    *to++ = '"';
    to = timestamps_.write(to, wall_ns);
    *to++ = '"';
    return to;
  }
  std::string time_of(std::uint64_t stamp);

 private:
  static constexpr std::size_t types = 4;
  static constexpr std::size_t levels = 4;
  static constexpr std::size_t longest_kind = 64;
  static constexpr std::uint32_t no_node = UINT32_MAX;

  struct NodeText {
    std::uint32_t number = no_node;
    text::PaddedText text;
  };
  void turn_to(const journal::NodeView& node, std::uint32_t lane);

  const std::string session_id_;
  std::array<contract::EventPrefix, 64> emitters_;  // by the lower bits of the lane
  std::vector<NodeText> nodes_{std::size_t{1024}};  // by the lower bits of the number
  // Of the next event.
  std::uint32_t lane_ = 0;
  std::uint32_t number_ = no_node;
  contract::EventPrefix* emitter_ = nullptr;
  const text::PaddedText* node_ = nullptr;
  std::size_t bound_ = 0;
  // The text between the node and the time.
  std::array<std::array<text::PaddedText, levels>, types> kinds_;
  time::StampConverter stamps_;
  contract::TimestampWriter timestamps_;
};

// Grows on the heap only: a batch of many runs moves many of them.
using JsonBuffer = fmt::basic_memory_buffer<char, 1>;

class Encoder {
 public:
  explicit Encoder(std::string_view session_id, secrets::RedactionRules redaction = {})
      : head_(session_id), redactor_(std::move(redaction)) {}

  // Sets the points for converting stamps.
  void set_time(std::vector<time::Calibration> points) { head_.set_time(std::move(points)); }

  // The stamp as a time stamp of the contract.
  std::string time_of(std::uint64_t stamp) { return head_.time_of(stamp); }

  // Appends the event's JSON to `out`; false, with `out` unchanged, if its bytes are invalid.
  bool append(const journal::EventView& event, std::uint32_t lane, JsonBuffer& out);

 private:
  // What is omitted from an event larger than max_event_bytes, step by step.
  enum class Fit : std::uint8_t {
    whole,
    without_metadata,
    without_data,
    without_output,
    short_texts
  };

  // Fast path, by the site's plan; false: use append_event().
  bool append_planned(const journal::EventView& event, std::uint32_t lane, JsonBuffer& out);
  const MessagePlan* plan_of(journal::SiteView& site);
  void find_plan(journal::SiteView& site);
  // The general encoder.
  bool append_event(const journal::EventView& event, std::uint32_t lane, Fit fit, std::string& out);
  void append_head(const journal::EventView& event, std::uint32_t lane, std::string_view given_time,
                   std::string& out);
  void append_json(std::string& out, std::string_view text);
  void append_object(std::string& out, std::string_view text);
  // Appends the event's data: `given`, then the fields; `attempt`: 0 if it is the first.
  void append_data(const journal::EventView& event, std::string_view given, std::uint64_t attempt,
                   Fit fit, std::string& out);
  void append_given_data(std::string_view text, bool& has_reserved);
  bool format_message(const journal::SiteView& site, class PayloadReader& payload);
  bool append_fields(const journal::SiteView& site, class PayloadReader& payload, std::string& out);
  void note_cut(bool cut, std::string_view name);

  EventHead head_;
  secrets::EventRedactor redactor_;
  std::vector<std::optional<MessagePlan>> plans_;
  std::unordered_map<std::string, std::uint32_t>
      plan_numbers_;  // by format, types and names of a site
  fmt::dynamic_format_arg_store<fmt::format_context> arguments_;
  BoundedText message_;
  std::string_view formatted_;  // in message_, or the event's only text
  bool message_cut_ = false;
  std::string fields_;  // members of `data`, without the braces
  std::string data_;
  std::vector<std::string_view> cut_;
  std::string scratch_;
};

}  // namespace trace::detail::ship
