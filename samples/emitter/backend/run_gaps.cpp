// SPDX-License-Identifier: Apache-2.0
#include "emitter/backend/run_gaps.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include "emitter/output/text.hpp"

namespace trace::cli::backend {
namespace {

namespace dom = simdjson::dom;

// Throws simdjson::simdjson_error when a member is missing or of another type.
RunGaps gaps_of(const dom::element& body) {
  RunGaps gaps;
  gaps.missing = body["missing"];
  gaps.ranges = body["ranges"];
  for (const dom::element emitter : body["emitters"].get_array()) {
    const std::string_view name = emitter["emitter"];
    for (const dom::element range : emitter["missing"].get_array()) {
      gaps.first_ranges.push_back({std::string(name), range["from"], range["to"]});
    }
  }
  return gaps;
}

}  // namespace

std::vector<std::string> RunGaps::problems() const {
  std::vector<std::string> lines;
  for (const auto& [emitter, from, to] : first_ranges) {
    lines.push_back(from == to
                        ? fmt::format("emitter {}: event {} is missing", emitter, from)
                        : fmt::format("emitter {}: events {}-{} are missing", emitter, from, to));
  }
  if (ranges > first_ranges.size()) {
    lines.push_back(fmt::format("and {} more gaps; {} events are missing in all",
                                output::thousands(ranges - first_ranges.size()),
                                output::thousands(missing)));
  }
  return lines;
}

Result<RunGaps> parse_gaps(std::string_view json) try {
  dom::parser parser;
  return gaps_of(parser.parse(json.data(), json.size()));
} catch (const simdjson::simdjson_error& error) {
  return Error("", fmt::format("the backend's response is not a list of gaps: {}; check --endpoint",
                               error.what()));
}

Result<std::optional<RunGaps>> read_gaps(Backend& backend, std::string_view run,
                                         std::size_t limit) {
  const auto body = backend.get_if_known(run_path(run, fmt::format("/gaps?limit={}", limit)));
  if (!body) return body.error();
  if (!*body) return std::optional<RunGaps>();
  auto gaps = parse_gaps(**body);
  if (!gaps) return gaps.error();
  return std::optional(std::move(*gaps));
}

}  // namespace trace::cli::backend
