// SPDX-License-Identifier: Apache-2.0
#include "ship/run_registry.hpp"

#include <utility>

#include "contract/identifier.hpp"

namespace trace::detail::ship {

void CancelCallback::run() {
  const std::lock_guard lock(mutex);
  const std::function<void()> once = std::exchange(call, nullptr);
  if (!once) return;
  runner.store(std::this_thread::get_id());
  once();
  runner.store(std::thread::id());
}

void CancelCallback::withdraw() {
  if (fork_count != journal::LiveFiles::fork_count()) return;
  if (runner.load() == std::this_thread::get_id()) return;  // from within: nothing to wait for
  const std::lock_guard lock(mutex);
  call = nullptr;
}

std::shared_ptr<CancelCallback> CancelList::subscribe(std::function<void()> call) {
  auto callback = std::make_shared<CancelCallback>(std::move(call));
  {
    const std::lock_guard lock(mutex_);
    if (!cancelled_) {
      callbacks_.push_back(callback);
      return callback;
    }
  }
  callback->run();
  return callback;
}

void CancelList::announce() {
  std::vector<std::weak_ptr<CancelCallback>> callbacks;
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    callbacks.swap(callbacks_);
  }
  for (const auto& weak : callbacks) {
    if (const auto callback = weak.lock()) callback->run();
  }
}

bool CancelList::awaited() {
  const std::lock_guard lock(mutex_);
  std::erase_if(callbacks_, [](const auto& weak) { return weak.expired(); });
  return !cancelled_ && !callbacks_.empty();
}

RunInfo* RunRegistry::open(std::string_view id, const RunSpec& spec, bool& created) {
  const std::lock_guard lock(mutex_);
  created = false;
  if (const auto known = by_id_.find(id); known != by_id_.end()) return known->second;
  if (runs_.size() == journal::max_runs) return nullptr;
  created = true;
  return &add(static_cast<std::uint32_t>(runs_.size()), id, spec);
}

RunInfo* RunRegistry::find(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto known = by_id_.find(id);
  return known == by_id_.end() ? nullptr : known->second;
}

RunInfo& RunRegistry::add(std::uint32_t number, std::string_view id, const RunSpec& spec) {
  RunInfo& run = runs_.emplace_back();
  run.number = number;
  run.id = id;
  run.spec = spec;
  by_id_.emplace(run.id, &run);
  by_number_.emplace(number, &run);
  return run;
}

RunInfo& RunRegistry::restore(std::uint32_t number, std::string_view id, const RunSpec& spec) {
  const std::lock_guard lock(mutex_);
  const auto known = by_number_.find(number);
  return known != by_number_.end() ? *known->second : add(number, contract::repaired_id(id), spec);
}

std::vector<RunInfo*> RunRegistry::awaiting_cancellation() {
  const std::lock_guard lock(mutex_);
  std::vector<RunInfo*> waiting;
  for (RunInfo& run : runs_) {
    if (run.cancellation.awaited()) waiting.push_back(&run);
  }
  return waiting;
}

}  // namespace trace::detail::ship
