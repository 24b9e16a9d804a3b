// Who is connected, and who gives way when there is no room: every connection is in this list from
// its beginning to its end. There are two kinds of room, connections and the memory of bodies and
// answers. I/O thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <unordered_set>

#include "pace.hpp"

namespace trace::collector {

class Connection {
 public:
  virtual ~Connection() = default;
  // The server ends: finish what is under way, begin nothing new.
  virtual void wind_up() = 0;
  // The peer's pace while the connection waits for the peer; nothing while it must not be closed.
  virtual const Pace* pace() const { return nullptr; }
  // Of bodies and answers.
  virtual std::size_t held_bytes() const { return 0; }
  // Closes at once and leaves the list.
  virtual void give_way() {}
};

class Connections {
 public:
  // `left` is called after each departure. `most_bytes`: of bodies and answers together.
  Connections(std::size_t most_bytes, std::function<void()> left);

  void join(Connection& connection) { all_.insert(&connection); }
  void leave(Connection& connection);
  std::size_t count() const noexcept { return all_.size(); }

  // Closes the connection whose peer is furthest behind; false when none waits for its peer.
  bool close_slowest();

  // Takes `more` bytes for `holder`; a connection that has held memory for longer gives way. False
  // when there is no room.
  bool take_bytes(const Connection& holder, std::size_t more);
  void return_bytes(std::size_t bytes) noexcept { bytes_ -= bytes; }

  void wind_up();

 private:
  bool close_longest_holder(const Connection& for_whom);

  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::function<void()> left_;
  std::unordered_set<Connection*> all_;
};

}  // namespace trace::collector
