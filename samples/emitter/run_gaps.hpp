// RunGaps: the events of a run that the backend knows to be missing, because an emitter's numbers
// have no gap of their own. Asked for by `verify` and `status`. Main thread.
#pragma once

#include <trace/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend.hpp"

namespace trace::cli {

struct RunGaps {
  struct Range {
    std::string emitter;
    std::uint64_t from, to;
  };
  std::uint64_t missing = 0;  // all events
  std::uint64_t ranges = 0;   // all ranges that they form
  std::vector<Range> first_ranges = {};

  // One line for each of the first ranges, and one for the others.
  std::vector<std::string> problems() const;
};

// The body of GET /workflows/runs/{id}/gaps. The Error says why the text is none.
Result<RunGaps> parse_gaps(std::string_view json);

// Of a run that the backend knows, with at most `limit` ranges. Nothing when the backend cannot
// tell: the address is an addition that not every one has.
Result<std::optional<RunGaps>> read_gaps(Backend& backend, std::string_view run, std::size_t limit);

}  // namespace trace::cli
