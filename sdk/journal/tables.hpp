// SPDX-License-Identifier: Apache-2.0
// Tables: a journal's metadata: each run's, the acknowledged watermark of each (run, lane), each
// node with its start and end, and the definitions of call sites. Stored as records in slabs of a
// reserved lane, so that recovery reads them like events. Finishes of runs, watermarks and node
// states are updated in place, each by one atomic store.
//
// Thread-safety: any thread; a mutex guards the appending, which happens once per run, (run, lane),
// node and call site.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <trace/session.hpp>

#include "journal/nodes.hpp"
#include "journal/sites.hpp"
#include "journal/slab_pool.hpp"

namespace trace::detail::journal {

class Tables final : public WatermarkStore {
  struct Run {
    RunMetadata* metadata = nullptr;  // null: there was no space for it
    // Of its first lane; most runs have no other.
    Watermark* mark = nullptr;
    std::uint32_t lane = 0;
  };

 public:
  explicit Tables(SlabPool& pool) : pool_(pool) {}

  const SiteDefinitions& sites() const noexcept { return sites_; }

  // Each returns false or null if the journal has no space for the entry. Throws std::bad_alloc.
  bool add_run(std::uint32_t run, std::string_view id, const RunSpec& spec);
  // Notes that the run was finished at the stamp, and adds the run if there was no space for that
  // before. The first stamp stays.
  bool finish_run(std::uint32_t run, std::string_view id, const RunSpec& spec, std::uint64_t stamp);
  // Adds the node, and its run if there was no space for that before: recovery needs the run's id.
  NodeStateRecord* add_node(const NodeView& node, const RunSpec& spec) noexcept;
  // The same; null also while another call is running: a signal handler must not wait for the
  // thread that it interrupts.
  NodeStateRecord* try_add_node(const NodeView& node, const RunSpec& spec) noexcept;
  // The number of the call site's definition, which is added if there is no equal one. None also
  // while another call is running.
  std::optional<std::uint32_t> try_add_site(const Site& site) noexcept;
  bool set_watermark(std::uint32_t run, std::uint32_t lane, std::uint64_t through) override;
  bool acknowledge_finish(std::uint32_t run) override;

 private:
  // The rest with the mutex locked.
  Run& entry(std::uint32_t run);
  bool write_run(std::uint32_t run, std::string_view id, const RunSpec& spec) noexcept;
  NodeStateRecord* write_node(const NodeView& node, const RunSpec& spec) noexcept;
  std::byte* append(std::size_t bytes) noexcept;
  // Where the watermark is noted; null until it has a record.
  Watermark*& watermark_of(std::uint32_t run, std::uint32_t lane);
  void commit(std::size_t bytes) noexcept;

  SlabPool& pool_;
  std::mutex mutex_;
  Slab* slab_ = nullptr;
  std::uint32_t length_ = 0;
  std::uint64_t ordinal_ = 0;
  std::vector<Run> runs_;  // by number
  Sites sites_;
  std::unordered_map<std::uint64_t, Watermark*> other_watermarks_;
};

}  // namespace trace::detail::journal
