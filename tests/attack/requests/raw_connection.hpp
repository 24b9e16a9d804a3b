// SPDX-License-Identifier: Apache-2.0
// A TCP connection of an attacker: sends any bytes and sees every byte that comes back. One thread
// uses one; each wait is bounded.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace trace::testing {

class RawConnection {
 public:
  // `url`: "http://127.0.0.1:PORT". Throws std::system_error when the port is closed.
  explicit RawConnection(const std::string& url);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  // As much as the server accepts.
  void send(std::string_view bytes) const;
  void end_of_input() const;

  struct Received {
    std::string bytes = {};
    bool is_closed = false;  // by the other side, before the time was over
    // The status of each HTTP response in the bytes.
    std::vector<int> statuses() const;
  };
  Received read_to_end(std::chrono::milliseconds patience) const;

 private:
  int socket_;
};

// The port in "http://ADDRESS:PORT".
unsigned short port_of(const std::string& url);

}  // namespace trace::testing
