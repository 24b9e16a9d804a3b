#include "ship/run_registry.hpp"

namespace trace::detail {

RunInfo* RunRegistry::open(std::string_view id, const RunSpec& spec, bool& created) {
  const std::lock_guard lock(mutex_);
  created = false;
  if (const auto known = by_id_.find(id); known != by_id_.end()) return known->second;
  if (runs_.size() == max_runs) return nullptr;
  RunInfo& run = runs_.emplace_back();
  run.number = static_cast<std::uint32_t>(runs_.size() - 1);
  run.id = id;
  run.spec = spec;
  by_id_.emplace(run.id, &run);
  created = true;
  return &run;
}

RunInfo& RunRegistry::at(std::uint32_t number) {
  const std::lock_guard lock(mutex_);
  return runs_[number];
}

RunInfo* RunRegistry::find(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto known = by_id_.find(id);
  return known == by_id_.end() ? nullptr : known->second;
}

std::vector<RunInfo*> RunRegistry::awaiting_cancellation() {
  const std::lock_guard lock(mutex_);
  std::vector<RunInfo*> waiting;
  for (RunInfo& run : runs_) {
    if (run.cancellation.awaited()) waiting.push_back(&run);
  }
  return waiting;
}

}  // namespace trace::detail
