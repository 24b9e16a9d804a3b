// Which live streams watch which run: the bell that ingestion rings. I/O thread only.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>

namespace trace::collector {

// Somebody who wants to know that a run has got something new.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void wake() = 0;
};

class LiveStreams {
 public:
  void join(const std::string& run_id, Watcher& watcher) { by_run_.emplace(run_id, &watcher); }

  void leave(const std::string& run_id, Watcher& watcher) {
    const auto [first, last] = by_run_.equal_range(run_id);
    for (auto place = first; place != last; ++place) {
      if (place->second != &watcher) continue;
      by_run_.erase(place);
      return;
    }
  }

  void wake(const std::string& run_id) {
    const auto [first, last] = by_run_.equal_range(run_id);
    for (auto place = first; place != last; ++place) place->second->wake();
  }

  std::size_t count() const noexcept { return by_run_.size(); }

 private:
  std::unordered_multimap<std::string, Watcher*> by_run_;
};

}  // namespace trace::collector
