// SPDX-License-Identifier: Apache-2.0
// ConnectionRegistry: all open connections, and the two resources that they share: their number and
// the memory of bodies and responses. When one runs out, the registry chooses a connection to
// close. I/O thread only.
#pragma once

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstddef>
#include <functional>
#include <unordered_set>

namespace trace::collector::server {

// How far a client is behind the minimum transfer rate. A connection is closed when it is further
// behind than it may be, and is the first to be evicted when there are too many.
class Pace {
 public:
  using Clock = std::chrono::steady_clock;
  // The minimum rate: a byte now and then does not keep a connection open.
  static constexpr std::size_t min_bytes_per_second = 16 * 1024;

  // A new transfer begins, in which the client may fall `tolerance` behind.
  void begin(Clock::time_point now, Clock::duration tolerance) {
    began_ = on_time_until_ = now;
    tolerance_ = tolerance;
  }
  // Bytes were transferred. They extend the deadline by the time that the minimum rate allows for
  // them, but never beyond `now` plus the tolerance.
  void moved(std::size_t bytes, Clock::time_point now) {
    using Seconds = std::chrono::duration<double>;
    const Seconds earned(static_cast<double>(bytes) / double{min_bytes_per_second});
    on_time_until_ =
        std::min(now, on_time_until_ + std::chrono::duration_cast<Clock::duration>(earned));
  }

  Clock::time_point began() const noexcept { return began_; }
  Clock::time_point on_time_until() const noexcept { return on_time_until_; }
  Clock::time_point deadline() const noexcept { return on_time_until_ + tolerance_; }

 private:
  Clock::time_point began_ = {};
  Clock::time_point on_time_until_ = {};
  Clock::duration tolerance_ = {};
};

// What the registry knows of a connection, which is registered from its construction to its
// destruction or eviction.
class RegisteredConnection {
 public:
  virtual ~RegisteredConnection() = default;
  // The server is shutting down: finish the request in progress, accept no further one.
  virtual void shut_down() = 0;
  // The client's pace while the connection waits for the client; null while it must not be closed.
  virtual const Pace* pace() const { return nullptr; }
  // Memory of bodies and responses.
  virtual std::size_t held_bytes() const { return 0; }
  // Closes the connection in favour of another one: returns its memory and removes it.
  virtual void evict() {}
};

class ConnectionRegistry {
 public:
  // `max_bytes`: memory of all bodies and responses. `on_removal` is called after each removal.
  ConnectionRegistry(std::size_t max_bytes, std::function<void()> on_removal)
      : max_bytes_(max_bytes), on_removal_(std::move(on_removal)) {}

  void add(RegisteredConnection& connection) { connections_.insert(&connection); }
  // No effect when it was removed before.
  void remove(RegisteredConnection& connection) {
    if (connections_.erase(&connection) > 0) on_removal_();
  }
  std::size_t count() const noexcept { return connections_.size(); }

  // Evicts the connection whose client is furthest behind. False when none waits for its client.
  bool evict_slowest() {
    RegisteredConnection* slowest = nullptr;
    for (RegisteredConnection* connection : connections_) {
      const Pace* pace = connection->pace();
      if (pace == nullptr) continue;
      if (slowest == nullptr || pace->on_time_until() < slowest->pace()->on_time_until()) {
        slowest = connection;
      }
    }
    if (slowest == nullptr) return false;
    slowest->evict();
    return true;
  }

  // Allots `more` bytes to `holder`; evicts connections that have held memory for longer. False
  // when there is not enough.
  bool reserve(const RegisteredConnection& holder, std::size_t more) {
    while (bytes_ + more > max_bytes_) {
      if (!evict_longest_holder(holder)) return false;
    }
    bytes_ += more;
    return true;
  }
  void release(std::size_t bytes) noexcept {
    assert(bytes <= bytes_);
    bytes_ -= bytes;
  }

  void shut_down() {
    // A connection may be removed by its shut_down().
    for (RegisteredConnection* connection : std::unordered_set(connections_)) {
      if (connections_.contains(connection)) connection->shut_down();
    }
  }

 private:
  // Requests that began within this time of each other do not evict each other.
  static constexpr std::chrono::seconds same_age{1};

  bool evict_longest_holder(const RegisteredConnection& in_favour_of) {
    RegisteredConnection* oldest = nullptr;
    for (RegisteredConnection* connection : connections_) {
      const Pace* pace = connection->pace();
      if (pace == nullptr || connection->held_bytes() == 0 || connection == &in_favour_of) continue;
      if (oldest == nullptr || pace->began() < oldest->pace()->began()) oldest = connection;
    }
    if (oldest == nullptr) return false;
    const auto since =
        in_favour_of.pace() != nullptr ? in_favour_of.pace()->began() : Pace::Clock::now();
    if (oldest->pace()->began() + same_age > since) return false;
    oldest->evict();
    return true;
  }

  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::function<void()> on_removal_;
  std::unordered_set<RegisteredConnection*> connections_;
};

}  // namespace trace::collector::server
