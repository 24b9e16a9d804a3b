// SPDX-License-Identifier: Apache-2.0
// The journal of a worker that died, made by a real session: every kind of record, two lanes, a run
// that was acknowledged in part, one that was moved aside, a node left open. What the fuzz target
// of the journal damages. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "journal/journal_reader.hpp"

namespace trace::fuzz {

struct SampleJournal {
  struct Part {
    std::uint64_t offset;
    std::uint64_t bytes;
    std::uint32_t lane;  // table_lane for the header of the file
    bool header;         // of the file or a slab; else a slab's records
  };

  std::string file;
  std::vector<Part> parts;  // those that a session has written, in the order of the file
  std::uint64_t part_bytes = 0;
  detail::journal::SlabPlace slab;  // of events
  std::size_t unacknowledged = 0;

  // Where the n-th byte that a session has written is, modulo their number.
  std::uint64_t place(std::uint64_t n, const Part*& part) const;
};

SampleJournal make_sample_journal();

// A file without a name that has this content. The caller closes it.
int open_in_memory(const std::string& content);

}  // namespace trace::fuzz
