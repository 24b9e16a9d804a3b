// SPDX-License-Identifier: Apache-2.0
#include "collector/server/connection_registry.hpp"

namespace trace::collector::server {
namespace {

// Requests that began within this time of each other do not evict each other.
constexpr std::chrono::seconds same_age{1};

}  // namespace

ConnectionRegistry::ConnectionRegistry(std::size_t max_bytes, std::function<void()> on_removal)
    : max_bytes_(max_bytes), on_removal_(std::move(on_removal)) {}

void ConnectionRegistry::remove(RegisteredConnection& connection) {
  if (connections_.erase(&connection) > 0) on_removal_();
}

bool ConnectionRegistry::evict_slowest() {
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

bool ConnectionRegistry::reserve(const RegisteredConnection& holder, std::size_t more) {
  while (bytes_ + more > max_bytes_) {
    if (!evict_longest_holder(holder)) return false;
  }
  bytes_ += more;
  return true;
}

bool ConnectionRegistry::evict_longest_holder(const RegisteredConnection& in_favour_of) {
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

void ConnectionRegistry::shut_down() {
  // A connection may be removed by its shut_down().
  for (RegisteredConnection* connection : std::unordered_set(connections_)) {
    if (connections_.contains(connection)) connection->shut_down();
  }
}

}  // namespace trace::collector::server
