// SPDX-License-Identifier: Apache-2.0
// Requests over one loopback connection with plain send() and recv(), one after another: a client
// that costs as little as one can.
#pragma once

#include <string>
#include <string_view>

namespace trace::bench {

class Requests {
 public:
  // Connects to "http://127.0.0.1:PORT"; throws std::runtime_error if it cannot.
  explicit Requests(const std::string& url);
  ~Requests();
  Requests(const Requests&) = delete;
  Requests& operator=(const Requests&) = delete;

  // POST /trace/events. Throws std::runtime_error unless the response's status is 200. A response
  // is at most a few kilobytes and arrives as one piece.
  void post(std::string_view body);

 private:
  void send_all(std::string_view bytes) const;

  int fd_;
  std::string authority_;
};

}  // namespace trace::bench
