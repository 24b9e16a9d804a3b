// SPDX-License-Identifier: Apache-2.0
#include "ship/cancellation.hpp"

#include <utility>

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

}  // namespace trace::detail::ship
