// SPDX-License-Identifier: Apache-2.0
// SlabReader: the events of one slab, in recording order, with the nodes that they refer to. Used
// by the shipper for live slabs and by recovery for those of a file. Every length and index is
// checked, so that a damaged slab ends in Next::damaged, never in a wild read. One thread.
#pragma once

#include <trace/record.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include "journal/format.hpp"
#include "journal/nodes.hpp"

namespace trace::detail::journal {

struct SiteView {
  std::string_view format;
  std::span<const Tag> tags;  // fields, then arguments
  std::uint8_t fields = 0;
  std::vector<std::string_view> names;
  std::uint32_t plan = 0;  // cache of the encoder: the number of the site's plan
};

// One event, raw or, if `encoded` is not empty, parked; views into the slab and the reader, valid
// until the reader's next start().
struct EventView {
  Type type = Type::progress;
  Level level = Level::info;
  std::uint16_t parts = 0;
  std::uint64_t stamp = 0;
  std::uint64_t sequence = 0;
  const NodeView* node = nullptr;
  SiteView* site = nullptr;
  std::span<const std::byte> payload;
  std::uint32_t lane = 0;    // of an encoded event
  std::string_view encoded;  // its contract JSON
};

class SlabReader {
 public:
  enum class Next : std::uint8_t { event, none, damaged };

  // `names` outlives the reader. Null: each slab defines its nodes itself.
  explicit SlabReader(const NodeNames* names) : names_(names) {}

  // Starts at a slab's data (after its header). Clears the definitions of the previous one.
  void start(const std::byte* data) noexcept;
  // Reads the next event within the first `committed` bytes.
  Next next(std::uint32_t committed, EventView& event) {
    return read_usual(committed, event) ? Next::event : read_any(committed, event);
  }
  // Bytes read so far.
  std::uint32_t position() const noexcept { return position_; }

 private:
  static constexpr std::uint8_t last_type = 3;
  static constexpr std::uint8_t last_level = 3;
  // At least 70 years of ticks or nanoseconds. A later stamp would never be in the past and block
  // all events after it.
  static constexpr std::uint64_t latest_stamp = UINT64_MAX >> 1;
  static constexpr std::uint32_t no_node = UINT32_MAX;

  template <class T>
  static T at(const std::byte* bytes, std::size_t offset) noexcept {
    T value;
    std::memcpy(&value, bytes + offset, sizeof value);
    return value;
  }

  // Fast path for a valid event; false: use the general reader.
  bool read_usual(std::uint32_t committed, EventView& event) noexcept {
    // Member by member, because wide loads after narrow stores (of a copy) stall.
    const std::uint32_t left = committed - position_;
    if (left < sizeof(EventRecord)) return false;
    const std::byte* record = data_ + position_;
    const auto size = at<std::uint32_t>(record, offsetof(RecordHeader, size));
    const auto kind = at<RecordKind>(record, offsetof(RecordHeader, kind));
    const auto type = at<std::uint8_t>(record, offsetof(RecordHeader, type));
    const auto level = at<std::uint8_t>(record, offsetof(RecordHeader, level));
    const auto stamp = at<std::uint64_t>(record, offsetof(EventRecord, stamp));
    const auto node = at<std::uint32_t>(record, offsetof(EventRecord, node));
    const auto site = at<std::uint16_t>(record, offsetof(EventRecord, site));
    const bool makes_sense = kind == RecordKind::event && size >= sizeof(EventRecord) &&
                             size <= left && size % 8 == 0 && type <= last_type &&
                             level <= last_level && stamp <= latest_stamp && site < site_count_;
    if (!makes_sense || (node != last_node_ && !turn_to(node))) return false;
    event.type = static_cast<Type>(type);
    event.level = static_cast<Level>(level);
    event.parts = at<std::uint16_t>(record, offsetof(EventRecord, parts));
    event.stamp = stamp;
    event.sequence = at<std::uint64_t>(record, offsetof(EventRecord, sequence));
    event.node = node_;
    event.site = &sites_[site];
    event.payload = {record + sizeof(EventRecord), size - sizeof(EventRecord)};
    event.encoded = {};
    position_ += size;
    return true;
  }

  // Makes `node` the last node; false if it is unknown.
  bool turn_to(std::uint32_t node) noexcept;
  Next read_any(std::uint32_t committed, EventView& event);
  bool define_node(std::span<const std::byte> record);
  bool define_site(std::span<const std::byte> record);
  bool read_encoded(std::span<const std::byte> record, EventView& event);

  const std::byte* data_ = nullptr;
  std::uint32_t position_ = 0;
  const NodeNames* const names_;
  std::uint32_t last_node_ = no_node;  // of the last event
  const NodeView* node_ = nullptr;     // the same
  std::deque<NodeView> nodes_;         // that the slab defines
  std::vector<SiteView> sites_;
  std::size_t site_count_ = 0;
};

}  // namespace trace::detail::journal
