// SPDX-License-Identifier: Apache-2.0
// SlabReader: the events of one slab, in recording order, with the nodes and call sites that they
// refer to. Used by the shipper for live slabs and by recovery for those of a file. Every length
// and index is checked, so that a damaged slab ends in Next::damaged, never in a wild read. One
// thread.
#pragma once

#include <trace/record.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "journal/format.hpp"
#include "journal/nodes.hpp"
#include "journal/sites.hpp"

namespace trace::detail::journal {

struct SiteView {
  std::string_view format;
  std::span<const Tag> tags;  // fields, then arguments
  std::uint8_t fields = 0;
  std::vector<std::string_view> names;
  std::uint32_t plan = 0;  // cache of the encoder: the number of the site's plan
};

// The call sites that a journal's tables define, as far as its events have needed them.
class SiteViews {
 public:
  explicit SiteViews(const SiteDefinitions& definitions) : definitions_(definitions) {}

  // Null if learn() was not called for it.
  SiteView* find(std::uint32_t number) const noexcept {
    return number < known_.size() && known_[number] ? &known_[number]->view : nullptr;
  }
  // False if the tables have no valid definition of it.
  bool learn(std::uint32_t number);

 private:
  struct Known {
    std::vector<std::byte> record;  // that the view refers to
    SiteView view;
  };

  const SiteDefinitions& definitions_;
  std::vector<std::unique_ptr<Known>> known_;  // by number
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

  // For slabs that define what their events refer to.
  SlabReader() = default;
  // `nodes` and `sites` outlive the reader.
  SlabReader(const NodeNames& nodes, SiteViews& sites)
      : table_nodes_(&nodes), table_sites_(&sites) {}

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
  static constexpr std::uint64_t none = UINT64_MAX;  // no value that an event can have

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
                             level <= last_level && stamp <= latest_stamp;
    if (!makes_sense || (node != last_node_ && !turn_to_node(node)) ||
        (site != last_site_ && !turn_to_site(site))) {
      return false;
    }
    event.type = static_cast<Type>(type);
    event.level = static_cast<Level>(level);
    event.parts = at<std::uint16_t>(record, offsetof(EventRecord, parts));
    event.stamp = stamp;
    event.sequence = at<std::uint64_t>(record, offsetof(EventRecord, sequence));
    event.node = node_;
    event.site = site_;
    event.payload = {record + sizeof(EventRecord), size - sizeof(EventRecord)};
    event.encoded = {};
    position_ += size;
    return true;
  }

  // Makes it the last one; false if it is unknown.
  bool turn_to_node(std::uint32_t node) noexcept;
  bool turn_to_site(std::uint32_t site) noexcept;
  Next read_any(std::uint32_t committed, EventView& event);
  // Learns the call site of an event and reads it.
  bool read_first_of_site(std::uint32_t committed, EventView& event);
  bool define_node(std::span<const std::byte> record);
  bool define_site(std::span<const std::byte> record);
  bool read_encoded(std::span<const std::byte> record, EventView& event);

  const std::byte* data_ = nullptr;
  std::uint32_t position_ = 0;
  const NodeNames* table_nodes_ = nullptr;
  SiteViews* table_sites_ = nullptr;
  // Of the last event.
  std::uint64_t last_node_ = none;
  std::uint64_t last_site_ = none;
  const NodeView* node_ = nullptr;
  SiteView* site_ = nullptr;
  // That the slab defines.
  std::deque<NodeView> nodes_;
  std::deque<SiteView> sites_;
};

}  // namespace trace::detail::journal
