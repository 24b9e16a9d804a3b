// SPDX-License-Identifier: Apache-2.0
#include "journal/slab_reader.hpp"

#include "contract/identifier.hpp"

namespace trace::detail::journal {
namespace {

std::string_view text_at(std::span<const std::byte> record, std::size_t at, std::size_t bytes) {
  return {reinterpret_cast<const char*>(record.data()) + at, bytes};
}

// False if the record is not a valid SiteDefinition.
bool read_definition(std::span<const std::byte> record, SiteView& site, std::uint32_t& index) {
  SiteDefinition definition{};
  if (record.size() < sizeof definition) return false;
  std::memcpy(&definition, record.data(), sizeof definition);
  const std::size_t tags = std::size_t{definition.fields} + definition.arguments;
  std::size_t at = sizeof definition + tags;
  if (at + definition.format_bytes > record.size()) return false;
  index = definition.index;
  site.tags = {reinterpret_cast<const Tag*>(record.data() + sizeof definition), tags};
  site.fields = definition.fields;
  site.format = text_at(record, at, definition.format_bytes);
  at += definition.format_bytes;
  for (unsigned i = 0; i < definition.fields; ++i) {
    std::uint32_t bytes = 0;
    if (record.size() - at < sizeof bytes) return false;
    std::memcpy(&bytes, record.data() + at, sizeof bytes);
    at += sizeof bytes;
    if (bytes > record.size() - at) return false;
    site.names.push_back(text_at(record, at, bytes));
    at += bytes;
  }
  return true;
}

}  // namespace

bool SiteViews::learn(std::uint32_t number) {
  auto known = std::make_unique<Known>();
  std::uint32_t index = 0;
  if (!definitions_.copy_site(number, known->record) ||
      !read_definition(known->record, known->view, index) || index != number) {
    return false;
  }
  if (number >= known_.size()) known_.resize(number + 1);
  known_[number] = std::move(known);
  return true;
}

void SlabReader::start(const std::byte* data) noexcept {
  data_ = data;
  position_ = 0;
  last_node_ = none;
  last_site_ = none;
  node_ = nullptr;
  site_ = nullptr;
  nodes_.clear();
  sites_.clear();
}

bool SlabReader::turn_to_node(std::uint32_t node) noexcept {
  const NodeView* found = nullptr;
  if ((node & node_of_slab) == 0) {
    found = table_nodes_ == nullptr ? nullptr : table_nodes_->find_node(node);
  } else if ((node & ~node_of_slab) < nodes_.size()) {
    found = &nodes_[node & ~node_of_slab];
  }
  if (found == nullptr) return false;
  last_node_ = node;
  node_ = found;
  return true;
}

bool SlabReader::turn_to_site(std::uint32_t site) noexcept {
  SiteView* found = nullptr;
  if ((site & site_of_slab) == 0) {
    found = table_sites_ == nullptr ? nullptr : table_sites_->find(site);
  } else if ((site & ~site_of_slab) < sites_.size()) {
    found = &sites_[site & ~site_of_slab];
  }
  if (found == nullptr) return false;
  last_site_ = site;
  site_ = found;
  return true;
}

bool SlabReader::read_first_of_site(std::uint32_t committed, EventView& event) {
  if (committed - position_ < sizeof(EventRecord) || table_sites_ == nullptr) return false;
  const auto site = at<std::uint16_t>(data_ + position_, offsetof(EventRecord, site));
  return (site & site_of_slab) == 0 && table_sites_->find(site) == nullptr &&
         table_sites_->learn(site) && read_usual(committed, event);
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
    if (header.kind == RecordKind::event) {
      return read_first_of_site(committed, event) ? Next::event : Next::damaged;
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
  std::uint32_t index = 0;
  return read_definition(record, sites_.emplace_back(), index) && index + 1 == sites_.size();
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
