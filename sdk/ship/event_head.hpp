// SPDX-License-Identifier: Apache-2.0
// EventHead: the beginning of every event's JSON: id, run, node, type, level and time. All but the
// id's sequence and the fraction of a second is the same for many events, so it is kept as text and
// copied. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "contract/timestamp.hpp"
#include "journal/slab_reader.hpp"
#include "text/padded_text.hpp"
#include "time/wall_time.hpp"

namespace trace::detail::ship {

class EventHead {
 public:
  explicit EventHead(std::string_view session_id);

  // Sets the points for converting stamps.
  void set_time(std::vector<time::Calibration> points);

  // The maximum number of bytes that write() and write_time() write or overwrite for an event of
  // this node.
  std::size_t bound(const journal::NodeView& node) const noexcept {
    return node.prefix.bound() + longest_kind + text::PaddedText::overhang +
           contract::TimestampWriter::room + 2;
  }
  // Call it before the other two.
  void prepare(journal::NodeView& node, std::uint32_t lane) {
    if (!node.prefix.is_of(lane)) [[unlikely]]
      node.prefix.make(session_id_, lane, node.run_id, node.node_id);
  }
  // Writes {"id":…,"level":…,"timestamp": and returns its end.
  char* write(char* to, const journal::EventView& event) const {
    to = event.node->prefix.write(to, event.sequence);
    return kinds_[static_cast<std::size_t>(event.type)][static_cast<std::size_t>(event.level)]
        .write(to);
  }
  // Writes what follows: the stamp as UTC, quoted.
  char* write_time(char* to, std::uint64_t stamp) noexcept {
    const std::uint64_t ticks = stamp - point_.stamp;
    const std::int64_t wall_ns =
        ticks < valid_for_
            ? point_.wall_ns +
                  static_cast<std::int64_t>(static_cast<double>(static_cast<std::int64_t>(ticks)) *
                                            point_.ns_per_tick)
            : convert(stamp);
    *to++ = '"';
    to = timestamps_.write(to, wall_ns);
    *to++ = '"';
    return to;
  }

 private:
  static constexpr std::size_t types = 4;
  static constexpr std::size_t levels = 4;
  static constexpr std::size_t longest_kind = 64;

  // UTC at any stamp; finds its calibration point.
  std::int64_t convert(std::uint64_t stamp) noexcept;

  const std::string session_id_;
  // The text between the node and the time.
  std::array<std::array<text::PaddedText, levels>, types> kinds_;
  std::vector<time::Calibration> points_;
  // The point of the last stamp, and the ticks after it for which it holds without overflow.
  time::Calibration point_{};
  std::uint64_t valid_for_ = 0;
  contract::TimestampWriter timestamps_;
};

}  // namespace trace::detail::ship
