// SPDX-License-Identifier: Apache-2.0
#include "journal/slab_reader.hpp"

#include "contract/identifier.hpp"

namespace trace::detail::journal {
namespace {

std::string_view text_at(std::span<const std::byte> record, std::size_t at, std::size_t bytes) {
  return {reinterpret_cast<const char*>(record.data()) + at, bytes};
}

}  // namespace

void SlabReader::start(const std::byte* data) noexcept {
  data_ = data;
  position_ = 0;
  last_node_ = no_node;
  nodes_.clear();
  site_count_ = 0;
}

bool SlabReader::turn_to(std::uint32_t node) noexcept {
  const NodeView* found = nullptr;
  if ((node & node_of_slab) == 0) {
    found = names_ == nullptr ? nullptr : names_->find_node(node);
  } else if ((node & ~node_of_slab) < nodes_.size()) {
    found = &nodes_[node & ~node_of_slab];
  }
  if (found == nullptr) return false;
  last_node_ = node;
  node_ = found;
  return true;
}

SlabReader::Next SlabReader::read_any(std::uint32_t committed, EventView& event) {
  while (position_ < committed) {
    if (read_usual(committed, event)) return Next::event;
    if (committed - position_ < sizeof(RecordHeader)) return Next::damaged;
    const auto header = at<RecordHeader>(data_, position_);
    if (header.size < sizeof(RecordHeader) || header.size % 8 != 0 ||
        header.size > committed - position_) {
      return Next::damaged;
    }
    const std::span record(data_ + position_, header.size);
    position_ += header.size;
    switch (header.kind) {
      case RecordKind::encoded_event:
        return read_encoded(record, event) ? Next::event : Next::damaged;
      case RecordKind::node_definition:
        if (!define_node(record)) return Next::damaged;
        break;
      case RecordKind::site_definition:
        if (!define_site(record)) return Next::damaged;
        break;
      default:
        return Next::damaged;
    }
  }
  return Next::none;
}

bool SlabReader::define_node(std::span<const std::byte> record) {
  if (record.size() < sizeof(NodeDefinition)) return false;
  const auto definition = at<NodeDefinition>(record.data(), 0);
  const std::uint64_t needed =
      sizeof definition + std::uint64_t{definition.run_id_bytes} + definition.node_id_bytes;
  if (needed > record.size() || definition.index != nodes_.size() || definition.run >= max_runs) {
    return false;
  }
  NodeView& node = nodes_.emplace_back();
  node.number = node_of_slab | definition.index;
  node.run = definition.run;
  node.run_id = text_at(record, sizeof definition, definition.run_id_bytes);
  node.node_id =
      text_at(record, sizeof definition + definition.run_id_bytes, definition.node_id_bytes);
  // The events of the backlog name their nodes themselves.
  if (!node.node_id.empty() && !contract::fault_of_node_id(node.node_id).empty()) return false;
  if (!contract::fault_of_run_id(node.run_id).empty()) return false;
  return true;
}

bool SlabReader::define_site(std::span<const std::byte> record) {
  if (record.size() < sizeof(SiteDefinition)) return false;
  const auto definition = at<SiteDefinition>(record.data(), 0);
  const std::size_t tags = std::size_t{definition.fields} + definition.arguments;
  std::size_t at = sizeof definition + tags;
  if (definition.index != site_count_ || at + definition.format_bytes > record.size()) return false;
  if (sites_.size() == site_count_) sites_.emplace_back();
  SiteView& site = sites_[site_count_];
  site.tags = {reinterpret_cast<const Tag*>(record.data() + sizeof definition), tags};
  site.fields = definition.fields;
  site.format = text_at(record, at, definition.format_bytes);
  at += definition.format_bytes;
  site.names.clear();
  site.plan = 0;
  for (unsigned i = 0; i < definition.fields; ++i) {
    if (record.size() - at < 4) return false;
    const auto bytes = SlabReader::at<std::uint32_t>(record.data(), at);
    at += 4;
    if (bytes > record.size() - at) return false;
    site.names.push_back(text_at(record, at, bytes));
    at += bytes;
  }
  ++site_count_;
  return true;
}

bool SlabReader::read_encoded(std::span<const std::byte> record, EventView& event) {
  if (record.size() < sizeof(EncodedEvent)) return false;
  const auto header = at<EncodedEvent>(record.data(), 0);
  if (nodes_.empty() || header.json_bytes == 0 ||
      header.json_bytes > record.size() - sizeof header || header.stamp > latest_stamp) {
    return false;
  }
  event.stamp = header.stamp;
  event.sequence = header.sequence;
  event.lane = header.lane;
  event.node = &nodes_[0];
  event.site = nullptr;
  event.encoded = text_at(record, sizeof header, header.json_bytes);
  return true;
}

}  // namespace trace::detail::journal
