// EventHead: what every event's JSON begins with: its id, run, node, type, level and the name of
// its time stamp. All of it but the id's sequence and the time is the same for many events, so it
// is kept as text and copied. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "contract/timestamp.hpp"
#include "journal/slab_reader.hpp"

namespace trace::detail {

class EventHead {
 public:
  explicit EventHead(std::string_view session_id);

  // From now on stamps are converted with these points.
  void set_time(std::vector<Calibration> points);

  // The most bytes that write() and write_time() take for this event.
  std::size_t bound(const EventView& event);
  // Writes {"id":…,"level":…,"timestamp": and answers where it ends.
  char* write(char* to, const EventView& event, std::uint32_t lane);
  // Writes what follows: the stamp as UTC, quoted.
  char* write_time(char* to, std::uint64_t stamp) noexcept;

 private:
  // {"id":"<session>-<lane>-<12 digits>
  struct Id {
    std::uint32_t lane = 0;
    std::uint64_t sequence = 0;
    std::string text = {};  // empty: no lane's
  };
  std::string_view id(std::uint32_t lane, std::uint64_t sequence);
  const std::string& kind_of(const EventView& event) const noexcept;
  std::int64_t wall_ns(std::uint64_t stamp) noexcept;

  static constexpr std::size_t types = 4;
  static constexpr std::size_t levels = 4;

  const std::string session_id_;
  // What stands between the node and the time.
  std::array<std::array<std::string, levels>, types> kinds_;
  std::array<Id, 64> ids_;  // by the lane's lowest bits
  std::vector<Calibration> points_;
  // The point that holds in [from_, to_).
  Calibration point_{};
  std::uint64_t from_ = 0;
  std::uint64_t to_ = 0;
  TimestampWriter timestamps_;
};

}  // namespace trace::detail
