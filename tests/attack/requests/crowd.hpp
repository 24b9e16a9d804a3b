// SPDX-License-Identifier: Apache-2.0
// A crowd of clients that take room and give nothing: they connect, hold on, and come back when
// they are closed, from one thread. Loopback only; never more than `most_reconnects_per_second`.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

namespace trace::testing {

struct CrowdSize {
  std::size_t idle = 0;         // connect and say nothing
  std::size_t slow_heads = 0;   // a byte of the head now and then
  std::size_t slow_bodies = 0;  // a byte of the body now and then
  std::size_t announcers = 0;   // announce 16 MiB, send 64 KiB of it and stop
};

class Crowd {
 public:
  static constexpr int most_reconnects_per_second = 2'000;

  // Throws when this process may not have that many descriptors.
  Crowd(const std::string& url, const CrowdSize& size);
  ~Crowd();

  // Whether each member had its first turn: connected, and sent what it begins with.
  bool wait_until_all_came(std::chrono::milliseconds patience) const;
  std::size_t times_closed() const { return times_closed_.load(); }

 private:
  struct Member;
  void run(const std::stop_token& stop);
  void come(Member& member);
  void go(Member& member);
  void begin(Member& member);
  void send_a_byte(Member& member);

  unsigned short port_;
  int events_ = -1;
  std::vector<Member> members_;
  std::atomic<std::size_t> came_{0};
  std::atomic<std::size_t> times_closed_{0};
  std::jthread thread_;
};

}  // namespace trace::testing
