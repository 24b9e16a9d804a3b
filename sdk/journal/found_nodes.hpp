// SPDX-License-Identifier: Apache-2.0
// FoundNodes: the nodes of a journal that was read, by number. Its file may contain anything: of
// two nodes with one number the first counts, and a node of an unknown run does not exist.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "journal/journal_reader.hpp"
#include "journal/nodes.hpp"

namespace trace::detail::journal {

class FoundNodes final : public NodeNames {
 public:
  // `reader` has read everything, outlives this object and is not moved.
  explicit FoundNodes(const JournalReader& reader);

  const NodeView* find_node(std::uint32_t number) const noexcept override {
    const auto found = nodes_.find(number);
    return found == nodes_.end() ? nullptr : &found->second;
  }

 private:
  std::unordered_map<std::uint32_t, NodeView> nodes_;
};

}  // namespace trace::detail::journal
