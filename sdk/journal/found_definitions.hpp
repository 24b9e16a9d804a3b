// SPDX-License-Identifier: Apache-2.0
// FoundDefinitions: the nodes and call sites of a journal that was read, by number. Its file may
// contain anything: of two with one number the first counts, and a node of an unknown run does not
// exist.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "journal/journal_reader.hpp"
#include "journal/nodes.hpp"
#include "journal/sites.hpp"

namespace trace::detail::journal {

class FoundDefinitions final : public NodeNames, public SiteDefinitions {
 public:
  // `reader` has read everything, outlives this object and is not moved.
  explicit FoundDefinitions(const JournalReader& reader);

  const NodeView* find_node(std::uint32_t number) const noexcept override;
  bool copy_site(std::uint32_t number, std::vector<std::byte>& to) const override;

 private:
  std::unordered_map<std::uint32_t, NodeView> nodes_;
  std::unordered_map<std::uint32_t, const std::vector<std::byte>*> sites_;
};

}  // namespace trace::detail::journal
