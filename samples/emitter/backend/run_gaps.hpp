// SPDX-License-Identifier: Apache-2.0
// RunGaps: the events of a run that the backend knows to be missing from the gaps in its emitters'
// sequence numbers. Used by `verify` and `status`. Main thread.
#pragma once

#include <trace/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emitter/backend/backend.hpp"

namespace trace::cli::backend {

struct RunGaps {
  struct Range {
    std::string emitter;
    std::uint64_t from, to;
  };
  std::uint64_t missing = 0;  // all events
  std::uint64_t ranges = 0;   // number of contiguous ranges that they form
  std::vector<Range> first_ranges = {};

  // One line for each of the first ranges, and one for the others.
  std::vector<std::string> problems() const;
};

// Parses the body of GET /workflows/runs/{id}/gaps. The Error says why the text is not one.
Result<RunGaps> parse_gaps(std::string_view json);

// Reads the gaps of a run, at most `limit` ranges. Empty when the backend does not have this
// resource, which is optional.
Result<std::optional<RunGaps>> read_gaps(Backend& backend, std::string_view run, std::size_t limit);

}  // namespace trace::cli::backend
