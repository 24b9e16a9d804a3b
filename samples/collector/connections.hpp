// Who is connected: every connection is in this list from its beginning to its end, so that the
// server can count them and end them. I/O thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <unordered_set>

namespace trace::collector {

class Connection {
 public:
  virtual ~Connection() = default;
  // The server ends: finish what is under way, begin nothing new.
  virtual void wind_up() = 0;
};

class Connections {
 public:
  // `left` is called after each departure.
  explicit Connections(std::function<void()> left) : left_(std::move(left)) {}

  void join(Connection& connection) { all_.insert(&connection); }
  void leave(Connection& connection) {
    all_.erase(&connection);
    left_();
  }
  std::size_t count() const noexcept { return all_.size(); }

  void wind_up() {
    // A connection may leave while it is told.
    for (Connection* connection : std::unordered_set<Connection*>(all_)) {
      if (all_.contains(connection)) connection->wind_up();
    }
  }

 private:
  std::function<void()> left_;
  std::unordered_set<Connection*> all_;
};

}  // namespace trace::collector
