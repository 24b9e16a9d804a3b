// SPDX-License-Identifier: Apache-2.0
#include "journal/found_nodes.hpp"

#include <string_view>

namespace trace::detail::journal {

FoundNodes::FoundNodes(const JournalReader& reader) {
  std::unordered_map<std::uint32_t, std::string_view> run_ids;
  for (const FoundRun& run : reader.runs()) {
    if (run.number < max_runs) run_ids.emplace(run.number, run.id);
  }
  for (const FoundNode& node : reader.nodes()) {
    const auto run = run_ids.find(node.run);
    if (run == run_ids.end()) continue;
    nodes_.emplace(node.number, NodeView{node.number, node.run, run->second, node.id});
  }
}

}  // namespace trace::detail::journal
