// SPDX-License-Identifier: Apache-2.0
#include "journal/found_definitions.hpp"

#include <string_view>

namespace trace::detail::journal {

FoundDefinitions::FoundDefinitions(const JournalReader& reader) {
  std::unordered_map<std::uint32_t, std::string_view> run_ids;
  for (const FoundRun& run : reader.runs()) {
    if (run.number < max_runs) run_ids.emplace(run.number, run.id);
  }
  for (const FoundNode& node : reader.nodes()) {
    const auto run = run_ids.find(node.run);
    if (run == run_ids.end()) continue;
    nodes_.emplace(node.number, NodeView{node.number, node.run, run->second, node.id});
  }
  for (const FoundSite& site : reader.sites()) sites_.emplace(site.number, &site.record);
}

const NodeView* FoundDefinitions::find_node(std::uint32_t number) const noexcept {
  const auto found = nodes_.find(number);
  return found == nodes_.end() ? nullptr : &found->second;
}

bool FoundDefinitions::copy_site(std::uint32_t number, std::vector<std::byte>& to) const {
  const auto found = sites_.find(number);
  if (found == sites_.end()) return false;
  to = *found->second;
  return true;
}

}  // namespace trace::detail::journal
