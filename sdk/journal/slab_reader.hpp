// SlabReader: the events of one slab, in the order in which they were recorded. The shipper reads
// live slabs with it; whoever recovers a file reads its slabs with it. Every length and index is
// checked, so that a damaged slab ends in Next::damaged, never in a wild read. One thread.
#pragma once

#include <trace/record.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "journal/format.hpp"

namespace trace::detail {

struct NodeView {
  std::uint32_t run = 0;
  std::string_view run_id;
  std::string_view node_id;
  std::string encoded;  // room for the encoder to keep what it makes of the two
};

struct SiteView {
  std::string_view format;
  std::span<const Tag> tags;  // fields, then arguments
  std::uint8_t fields = 0;
  std::vector<std::string_view> names;
  std::uint32_t plan = 0;  // room for the encoder to keep the number of what it makes of it
};

// One event, as it was recorded or, when `encoded` is not empty, as it was moved aside; views into
// the slab and the reader, valid until the reader's next start().
struct EventView {
  Type type = Type::progress;
  Level level = Level::info;
  std::uint16_t parts = 0;
  std::uint64_t stamp = 0;
  std::uint64_t sequence = 0;
  NodeView* node = nullptr;
  SiteView* site = nullptr;
  std::span<const std::byte> payload;
  std::uint32_t lane = 0;    // of an encoded event
  std::string_view encoded;  // its contract JSON
};

class SlabReader {
 public:
  enum class Next : std::uint8_t { event, none, damaged };

  // Begins a slab's data (after its header). Forgets the definitions of the one before.
  void start(const std::byte* data) noexcept;
  // Reads on until the next event within the first `committed` bytes.
  Next next(std::uint32_t committed, EventView& event);
  // Bytes read so far.
  std::uint32_t position() const noexcept { return position_; }

 private:
  bool define_node(std::span<const std::byte> record);
  bool define_site(std::span<const std::byte> record);
  bool read_encoded(std::span<const std::byte> record, EventView& event);
  bool read_event(std::span<const std::byte> record, EventView& event);

  const std::byte* data_ = nullptr;
  std::uint32_t position_ = 0;
  std::vector<NodeView> nodes_;
  std::vector<SiteView> sites_;
  std::size_t node_count_ = 0;
  std::size_t site_count_ = 0;
};

}  // namespace trace::detail
