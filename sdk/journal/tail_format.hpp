// SPDX-License-Identifier: Apache-2.0
// The format of a tail: the last lines of a node's output, in a ring whose contents are valid at
// every instant, so that recovery can read a killed worker's last lines. A change requires a new
// `tail_version`.
//
// A TailHeader followed by a ring of records, each a TailRecord and text, 8-byte aligned, never
// across the ring's end. Offsets only grow; the position is the remainder. The bytes from `begin`
// to `end` are valid. Numbers are little-endian.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <trace/detail/event_record.hpp>

#include "lines/line.hpp"

namespace trace::detail::journal {

inline constexpr char tail_magic[8] = {'S', 'H', 'I', 'P', 'T', 'A', 'I', 'L'};
inline constexpr std::uint32_t tail_version = 1;
inline constexpr std::uint32_t tail_record_magic = 0x4C494154;  // "TAIL"
inline constexpr std::size_t tail_header_bytes = 4096;
inline constexpr std::string_view tail_ending = ".tail";
inline constexpr std::size_t max_origin_bytes = 64;

struct TailHeader {
  char magic[8];
  std::uint32_t version;
  std::uint32_t run;  // number of the run in the session of the journal
  std::uint64_t ring_bytes;
  std::uint32_t node_bytes;
  std::uint32_t origin_bytes;
  char node[256];
  char origin[max_origin_bytes];
  // The first record's offset / 8 in the upper 44 bits; how much of its text is gone below.
  std::atomic<std::uint64_t> begin;
  std::atomic<std::uint64_t> end;  // of the text of the last record
};
static_assert(sizeof(TailHeader) <= tail_header_bytes);

struct TailRecord {
  std::uint32_t magic;
  std::uint32_t bytes;  // of text; 0: the last record, whose text goes to `end`
  std::uint8_t stream;
  std::uint8_t kind;  // LineKind; tail_padding: no text, continue at the ring's start
  std::byte pad[6];
  std::int64_t wall_ns;
  lines::LineVolume before;  // after the head and before this record, dropped or not
};
static_assert(sizeof(TailRecord) == 40);
inline constexpr std::uint8_t tail_padding = 0xFF;

constexpr std::uint64_t tail_begin(std::uint64_t offset, std::uint64_t skipped) noexcept {
  return (offset / 8) << 20 | skipped;
}
constexpr std::uint64_t tail_offset(std::uint64_t begin) noexcept { return (begin >> 20) * 8; }
constexpr std::uint64_t tail_skipped(std::uint64_t begin) noexcept {
  return begin & ((std::uint64_t{1} << 20) - 1);
}

// A record as it is found.
struct TailLines {
  Stream stream;
  lines::LineKind kind;
  std::int64_t wall_ns;
  std::string_view text;     // see LineSink; without the dropped part
  lines::LineVolume before;  // of the whole record
  std::uint64_t offset;      // of the record
  std::uint64_t skipped;     // dropped from its text
  std::uint64_t next;        // offset after it
};

enum class TailState : std::uint8_t { lines, end, damaged };

// The record at `begin`. Checks every number, because the bytes are untrusted.
inline TailState read_tail(const std::byte* ring, std::uint64_t ring_bytes, std::uint64_t begin,
                           std::uint64_t end, TailLines& found) noexcept {
  std::uint64_t at = tail_offset(begin);
  const std::uint64_t skipped = tail_skipped(begin);
  for (int jumps = 0; at < end && jumps < 2; ++jumps) {
    const std::uint64_t place = at % ring_bytes;
    const std::uint64_t room = ring_bytes - place;
    if (room < sizeof(TailRecord)) {
      at += room;
      continue;
    }
    TailRecord record;
    std::memcpy(&record, ring + place, sizeof record);
    if (record.magic != tail_record_magic) return TailState::damaged;
    if (record.kind == tail_padding) {
      at += room;
      continue;
    }
    const std::uint64_t text = at + sizeof record;
    if (text > end) return TailState::damaged;
    const std::uint64_t bytes = record.bytes == 0 ? end - text : record.bytes;
    if (bytes > room - sizeof record || text + bytes > end || skipped >= bytes ||
        record.stream >= lines::max_streams ||
        record.kind > static_cast<std::uint8_t>(lines::LineKind::frame) || record.wall_ns < 0 ||
        record.wall_ns > INT64_MAX / 2) {
      return TailState::damaged;
    }
    found = {static_cast<Stream>(record.stream),
             static_cast<lines::LineKind>(record.kind),
             record.wall_ns,
             {reinterpret_cast<const char*>(ring) + place + sizeof record + skipped,
              static_cast<std::size_t>(bytes - skipped)},
             record.before,
             at,
             skipped,
             text + padded(static_cast<std::size_t>(bytes))};
    return TailState::lines;
  }
  return at < end ? TailState::damaged : TailState::end;
}

}  // namespace trace::detail::journal
