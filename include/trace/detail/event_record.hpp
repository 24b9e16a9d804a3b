// SPDX-License-Identifier: Apache-2.0
// The layout of an event in the journal: the part of the file format that record() writes itself.
// The rest is in sdk/journal/format.hpp; changing either requires a new version number there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace trace::detail {

enum class RecordKind : std::uint8_t {
  event = 1,
  node_definition = 2,
  site_definition = 3,
  run_metadata = 4,
  watermark = 5,
  node_state = 6,
  encoded_event = 7,
};

// The head of every record. `size` is that of the whole record, a multiple of 8.
struct RecordHeader {
  std::uint32_t size;
  RecordKind kind;
  std::uint8_t type;   // event: Type
  std::uint8_t level;  // event: Level
  std::uint8_t reserved;
};
static_assert(sizeof(RecordHeader) == 8);

constexpr std::size_t padded(std::size_t bytes) noexcept { return (bytes + 7) & ~std::size_t{7}; }

// Followed by the values of the site's signature (fields, then arguments), then by the texts that
// `parts` lists, in the order of their bits.
struct EventRecord {
  RecordHeader header;
  std::uint64_t stamp;
  std::uint64_t sequence;
  std::uint32_t node;  // its number in the session, or its index in the slab
  std::uint16_t site;  // likewise
  std::uint16_t parts;
};
static_assert(sizeof(EventRecord) == 32);

// In EventRecord::node and ::site: the rest is the index of a definition in this slab. Otherwise it
// is the number of a node or call site that the session's tables contain.
inline constexpr std::uint32_t node_of_slab = std::uint32_t{1} << 31;
inline constexpr std::uint32_t site_of_slab = std::uint32_t{1} << 15;

inline void write_word(std::byte*& at, std::uint64_t word) noexcept {
  std::memcpy(at, &word, sizeof word);
  at += sizeof word;
}

// Writes an EventRecord word by word. If it is built as a struct or an array first, the compiler
// reloads narrow stores with wide loads, a failed store forwarding that costs 12 ns.
inline std::byte* write_event_record(std::byte* at, std::size_t bytes, std::uint8_t type,
                                     std::uint8_t level, std::uint64_t stamp,
                                     std::uint64_t sequence, std::uint32_t node, std::uint32_t site,
                                     std::uint16_t parts) noexcept {
  write_word(at, bytes | std::uint64_t{static_cast<std::uint8_t>(RecordKind::event)} << 32 |
                     std::uint64_t{type} << 40 | std::uint64_t{level} << 48);
  write_word(at, stamp);
  write_word(at, sequence);
  write_word(at, node | std::uint64_t{site} << 32 | std::uint64_t{parts} << 48);
  return at;
}

// Bits of `parts`: which texts were cut while recording. format.hpp has the others.
inline constexpr std::uint16_t part_message = 1;
inline constexpr std::uint16_t part_cut_message = 2;
inline constexpr std::uint16_t part_cut_data = 4;

}  // namespace trace::detail
