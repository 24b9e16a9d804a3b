#include "connections.hpp"

namespace trace::collector {
namespace {

// Of two requests that came at about the same time none has to give way to the other.
constexpr std::chrono::seconds same_age{1};

}  // namespace

Connections::Connections(std::size_t most_bytes, std::function<void()> left)
    : most_bytes_(most_bytes), left_(std::move(left)) {}

void Connections::leave(Connection& connection) {
  if (all_.erase(&connection) > 0) left_();
}

bool Connections::close_slowest() {
  Connection* slowest = nullptr;
  for (Connection* connection : all_) {
    const Pace* pace = connection->pace();
    if (pace == nullptr) continue;
    if (slowest == nullptr || pace->on_time_until() < slowest->pace()->on_time_until()) {
      slowest = connection;
    }
  }
  if (slowest == nullptr) return false;
  slowest->give_way();
  return true;
}

bool Connections::take_bytes(const Connection& holder, std::size_t more) {
  while (bytes_ + more > most_bytes_) {
    if (!close_longest_holder(holder)) return false;
  }
  bytes_ += more;
  return true;
}

bool Connections::close_longest_holder(const Connection& for_whom) {
  Connection* oldest = nullptr;
  for (Connection* connection : all_) {
    const Pace* pace = connection->pace();
    if (pace == nullptr || connection->held_bytes() == 0 || connection == &for_whom) continue;
    if (oldest == nullptr || pace->began() < oldest->pace()->began()) oldest = connection;
  }
  if (oldest == nullptr) return false;
  const auto since = for_whom.pace() != nullptr ? for_whom.pace()->began() : Pace::Clock::now();
  if (oldest->pace()->began() + same_age > since) return false;
  oldest->give_way();
  return true;
}

void Connections::wind_up() {
  // A connection may leave while it is told.
  for (Connection* connection : std::unordered_set<Connection*>(all_)) {
    if (all_.contains(connection)) connection->wind_up();
  }
}

}  // namespace trace::collector
