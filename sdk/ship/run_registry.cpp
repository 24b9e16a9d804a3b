// SPDX-License-Identifier: Apache-2.0
#include "ship/run_registry.hpp"

#include <cstring>
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

CancelList& Cancellation::list() {
  CancelList* list = list_.load(std::memory_order_acquire);
  if (list == nullptr) {
    auto made = std::make_unique<CancelList>();
    if (list_.compare_exchange_strong(list, made.get(), std::memory_order_acq_rel)) {
      list = made.release();
    }
  }
  return *list;
}

RunInfo* RunRegistry::open(std::string_view id, const RunSpec& spec, bool& created) {
  const std::lock_guard lock(mutex_);
  created = false;
  if (RunInfo* run = known(id)) return run;
  if (runs_.size() == journal::max_runs) return nullptr;
  created = true;
  RunInfo& run = add(static_cast<std::uint32_t>(runs_.size()), id, spec);
  by_id_.add(run.id, run.number);
  return &run;
}

RunInfo* RunRegistry::find(std::string_view id) {
  const std::lock_guard lock(mutex_);
  return known(id);
}

RunInfo* RunRegistry::known(std::string_view id) {
  const auto number = by_id_.find(id, [&](std::uint32_t each) { return runs_[each].id; });
  return number ? &runs_[*number] : nullptr;
}

RunInfo& RunRegistry::add(std::uint32_t number, std::string_view id, const RunSpec& spec) {
  static const RunSpec no_spec;
  const bool has_spec =
      !spec.workflow_id.empty() || !spec.organization_id.empty() || spec.total_actions != 0;
  const RunSpec& own_spec = has_spec ? specs_.emplace_back(spec) : no_spec;
  auto* const text = static_cast<char*>(ids_.allocate(id.size(), 1));
  std::memcpy(text, id.data(), id.size());
  while (runs_.size() <= number) runs_.emplace_back();
  RunInfo& run = runs_[number];
  run.number = number;
  run.id = {text, id.size()};
  run.spec = &own_spec;
  return run;
}

RunInfo& RunRegistry::restore(std::uint32_t number, std::string_view id, const RunSpec& spec) {
  const std::lock_guard lock(mutex_);
  if (number < runs_.size() && runs_[number].spec != nullptr) return runs_[number];
  RunInfo& run = add(number, contract::repaired_id(id), spec);
  if (known(run.id) == nullptr) by_id_.add(run.id, number);  // a forged journal may repeat one
  return run;
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
