// SPDX-License-Identifier: Apache-2.0
#include "attack/requests/crowd.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "attack/requests/hostile_requests.hpp"
#include "attack/requests/raw_connection.hpp"

namespace trace::testing {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

struct Crowd::Member {
  enum class Manner : std::uint8_t { idle, slow_head, slow_body, announcer };
  Manner manner = Manner::idle;
  int socket = -1;
  bool is_connected = false;
  bool has_come = false;  // once
};

namespace {

constexpr auto tick = 50ms;

void allow_descriptors(std::size_t count) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t wanted = count + 64;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = wanted;
  limit.rlim_max = std::max(limit.rlim_max, wanted);
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    throw std::runtime_error("needs " + std::to_string(wanted) + " descriptors; see ulimit -n");
  }
}

const std::string& opening(bool with_body) {
  static const std::string head = hostile_post("Content-Length: 16777216\r\n", "");
  static const std::string body = head + std::string(64 * 1024, ' ');
  return with_body ? body : head;
}

}  // namespace

Crowd::Crowd(const std::string& url, const CrowdSize& size)
    : port_(port_of(url)), events_(epoll_create1(EPOLL_CLOEXEC)) {
  const auto add = [this](std::size_t count, Member::Manner manner) {
    members_.insert(members_.end(), count, Member{.manner = manner});
  };
  add(size.idle, Member::Manner::idle);
  add(size.slow_heads, Member::Manner::slow_head);
  add(size.slow_bodies, Member::Manner::slow_body);
  add(size.announcers, Member::Manner::announcer);
  allow_descriptors(members_.size());
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Crowd::~Crowd() {
  thread_.request_stop();
  thread_.join();
  for (Member& member : members_) {
    if (member.socket >= 0) close(member.socket);
  }
  close(events_);
}

bool Crowd::wait_until_all_came(std::chrono::milliseconds patience) const {
  const auto give_up = Clock::now() + patience;
  while (came_ < members_.size()) {
    if (Clock::now() > give_up) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

void Crowd::run(const std::stop_token& stop) {
  // The first time all of them come at once, as fast as they can.
  for (Member& member : members_) come(member);
  auto next_tick = Clock::now() + tick;
  while (!stop.stop_requested()) {
    std::array<epoll_event, 256> ready{};
    const int count = epoll_wait(events_, ready.data(), static_cast<int>(ready.size()), 5);
    for (int i = 0; i < count; ++i) {
      Member& member = members_[ready[static_cast<std::size_t>(i)].data.u64];
      const auto what = ready[static_cast<std::size_t>(i)].events;
      if ((what & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP)) != 0) {
        go(member);
      } else if (!member.is_connected) {
        begin(member);
      }
    }
    if (Clock::now() < next_tick) continue;
    next_tick = Clock::now() + tick;
    int left = most_reconnects_per_second / (1000 / static_cast<int>(tick.count()));
    for (Member& member : members_) {
      if (member.socket < 0 && left-- > 0) come(member);
      if (member.is_connected) send_a_byte(member);
    }
  }
}

void Crowd::come(Member& member) {
  member.socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (member.socket < 0) return;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  [[maybe_unused]] const int begun =
      connect(member.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = static_cast<std::uint64_t>(&member - members_.data());
  epoll_ctl(events_, EPOLL_CTL_ADD, member.socket, &event);
}

void Crowd::go(Member& member) {
  if (member.socket < 0) return;
  if (!std::exchange(member.has_come, true)) ++came_;  // and was closed at once
  close(member.socket);
  member.socket = -1;
  member.is_connected = false;
  ++times_closed_;
}

void Crowd::begin(Member& member) {
  member.is_connected = true;
  if (!std::exchange(member.has_come, true)) ++came_;
  if (member.manner == Member::Manner::idle || member.manner == Member::Manner::slow_head) return;
  const std::string& bytes = opening(member.manner == Member::Manner::announcer);
  [[maybe_unused]] const ssize_t sent =
      send(member.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

void Crowd::send_a_byte(Member& member) {
  if (member.manner == Member::Manner::idle || member.manner == Member::Manner::announcer) return;
  [[maybe_unused]] const ssize_t sent = send(member.socket, "x", 1, MSG_NOSIGNAL);
}

}  // namespace trace::testing
