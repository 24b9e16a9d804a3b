// SPDX-License-Identifier: Apache-2.0
// The format of a journal file. All code that reads or writes one includes this header; a change
// requires a new `format_version`, except for additions at the end of the FileHeader if zeros,
// which older files have there, mean "none", and for parts of an event after all others, which
// older readers ignore.
//
// A file is a FileHeader followed by extents, each an array of slabs of one size. A slab is a
// SlabHeader and a sequence of records, 8-byte aligned. Event slabs contain events; the table slabs
// of the reserved lane contain the session's metadata: runs, nodes, call sites, acknowledged
// watermarks. Numbers are little-endian.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <trace/detail/event_record.hpp>

#include "time/wall_time.hpp"

namespace trace::detail::journal {

inline constexpr char file_magic[8] = {'S', 'H', 'I', 'P', 'T', 'R', 'C', '\n'};
inline constexpr std::uint32_t format_version = 5;
inline constexpr std::uint32_t slab_magic = 0x42414C53;  // "SLAB"

inline constexpr std::uint32_t small_slab_bytes = 16 * 1024;
inline constexpr std::uint32_t large_slab_bytes = 512 * 1024;
inline constexpr std::size_t max_extents = 1024;
inline constexpr std::uint32_t max_runs = 65536;
inline constexpr std::uint32_t table_lane = 0xFFFFFFFF;
// The lanes of events that the SDK adds: nodes that died with their worker, losses.
inline constexpr std::uint32_t recovery_lane = 0xFFFFFFFE;
inline constexpr std::uint32_t loss_lane = 0xFFFFFFFD;
// The lane of slabs with parked events; each event names its original lane.
inline constexpr std::uint32_t backlog_lane = 0xFFFFFFFC;
constexpr bool is_own_lane(std::uint32_t lane) noexcept { return lane >= loss_lane; }

static_assert(std::endian::native == std::endian::little);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

struct Extent {
  std::uint64_t offset;
  std::uint32_t slab_bytes;
  std::uint32_t slab_count;
};

// Of a note (file.hpp). No owner: there are no more notes.
struct NoteSizes {
  std::uint8_t owner;
  std::uint8_t reserved;
  std::uint16_t bytes;
};

struct FileHeader {
  char magic[8];
  std::uint32_t version;
  std::uint32_t header_bytes;
  char session[32];
  std::uint64_t pid;
  char transport[32];
  char endpoint[2048];
  std::atomic<std::uint32_t> closed_cleanly;
  std::atomic<std::uint32_t> extent_count;
  std::atomic<std::uint64_t> dropped[32];  // by DropReason
  time::Calibrations calibrations;
  Extent extents[max_extents];
  char notes[1024];  // NoteSizes, owner and bytes of each, one after the other
};
inline constexpr std::size_t header_bytes = 32 * 1024;
static_assert(sizeof(FileHeader) <= header_bytes);

// The first cache line identifies the slab and is written when it is opened. The second contains
// the commit word: generation in the upper half, the closed bit, the committed length in bytes.
// Data of an older generation is never within the committed length.
struct SlabHeader {
  std::uint32_t magic;
  std::uint32_t slab_bytes;
  std::uint32_t lane;
  std::uint32_t run;      // backlog_lane only: the run whose events it holds
  std::uint64_t ordinal;  // 1, 2, 3 … of its lane, in backlog_lane of its run
  std::uint64_t opened_stamp;
  std::byte pad[64 - 32];
  std::atomic<std::uint64_t> word;
  std::byte pad2[64 - 8];
};
static_assert(sizeof(SlabHeader) == 128);

inline constexpr std::uint64_t closed_bit = std::uint64_t{1} << 31;
inline constexpr std::uint64_t length_mask = closed_bit - 1;
constexpr std::uint32_t committed_length(std::uint64_t word) noexcept {
  return static_cast<std::uint32_t>(word & length_mask);
}
constexpr bool is_closed(std::uint64_t word) noexcept { return (word & closed_bit) != 0; }
constexpr std::uint64_t generation_bits(std::uint64_t word) noexcept { return word >> 32 << 32; }

// A parked event, followed by its contract JSON.
struct EncodedEvent {
  RecordHeader header;
  std::uint64_t stamp;
  std::uint64_t sequence;
  std::uint32_t lane;
  std::uint32_t json_bytes;
};
static_assert(sizeof(EncodedEvent) == 32);

inline constexpr std::uint16_t part_error_message = 8;
inline constexpr std::uint16_t part_error_code = 16;
inline constexpr std::uint16_t part_error_stack = 32;
inline constexpr std::uint16_t part_output_summary = 64;
inline constexpr std::uint16_t part_data = 128;
inline constexpr std::uint16_t part_timestamp = 256;
inline constexpr std::uint16_t part_cut_stack = 512;
inline constexpr std::uint16_t part_cut_output = 1024;
inline constexpr std::uint16_t part_cut_error = 2048;
// After the texts, 8 bytes: the number of the attempt that an event of a node's life belongs to, if
// it is not the first.
inline constexpr std::uint16_t part_attempt = 4096;

// A node that the tables do not contain, because there was no space, another thread was adding to
// them, or the slab is the SDK's own. Followed by the run id and the node id.
struct NodeDefinition {
  RecordHeader header;
  std::uint32_t index;
  std::uint32_t run;  // number of the run in this session
  std::uint32_t run_id_bytes;
  std::uint32_t node_id_bytes;
};

// Followed by the tags (fields + arguments), the format string, and per field its name's length
// (4 bytes) and its name.
struct SiteDefinition {
  RecordHeader header;
  std::uint16_t index;
  std::uint8_t fields;
  std::uint8_t arguments;
  std::uint32_t format_bytes;
};

// Followed by run id, workflow id, organization id. A journal contains one for each run at most.
struct RunMetadata {
  RecordHeader header;
  std::uint32_t run;
  std::uint32_t total_actions;
  std::uint32_t run_id_bytes;
  std::uint32_t workflow_id_bytes;
  std::uint32_t organization_id_bytes;
  // Updated in place, like the atomics of the next two.
  std::atomic<std::uint32_t> finish_is_acknowledged;  // 1: by the backend
  std::atomic<std::uint64_t> finish_stamp;            // of Run::finish(); 0: not finished
};
static_assert(sizeof(RunMetadata) == 40);

struct Watermark {
  RecordHeader header;
  std::uint32_t run;
  std::uint32_t lane;
  std::atomic<std::uint64_t> through;
};

// A node: its number, to which events refer, and the sequences of its STARTED and end; a new
// attempt resets the end to 0. Followed by the node id.
struct NodeStateRecord {
  RecordHeader header;
  std::uint32_t number;
  std::uint32_t run;
  std::uint32_t node_id_bytes;
  std::uint32_t reserved;
  std::atomic<std::uint32_t> start_lane;
  std::atomic<std::uint32_t> end_lane;
  std::atomic<std::uint64_t> start_sequence;
  std::atomic<std::uint64_t> end_sequence;
};

}  // namespace trace::detail::journal
