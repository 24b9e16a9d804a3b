// SPDX-License-Identifier: Apache-2.0
// Subscriptions: which feeds follow which run, so that ingestion can notify them. I/O thread only.
#pragma once

#include <cassert>
#include <cstddef>
#include <string>
#include <unordered_map>

namespace trace::collector::stream {

class Subscriber {
 public:
  virtual ~Subscriber() = default;
  // Something about the run may have been committed. Must not subscribe or unsubscribe.
  virtual void notify() = 0;
};

class Subscriptions {
 public:
  void add(const std::string& run_id, Subscriber& subscriber) {
    by_run_.emplace(run_id, &subscriber);
  }

  // `subscriber` was added for that run.
  void remove(const std::string& run_id, Subscriber& subscriber) {
    const auto [first, last] = by_run_.equal_range(run_id);
    for (auto place = first; place != last; ++place) {
      if (place->second != &subscriber) continue;
      by_run_.erase(place);
      return;
    }
    assert(false);
  }

  void notify(const std::string& run_id) {
    const auto [first, last] = by_run_.equal_range(run_id);
    for (auto place = first; place != last; ++place) place->second->notify();
  }

  std::size_t count() const noexcept { return by_run_.size(); }

 private:
  std::unordered_multimap<std::string, Subscriber*> by_run_;
};

}  // namespace trace::collector::stream
