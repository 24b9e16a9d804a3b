// SPDX-License-Identifier: Apache-2.0
// A backend that does the least an emitter can work with: reads requests to POST /trace/events,
// counts their events, and acknowledges the highest sequence of each emitter. Nothing is stored
// or checked, so that a benchmark sees the emitter's cost and not the backend's.
//
//   shiptrace_bench_counting_sink [identity|gzip|zstd]   what it offers to take
//
// Prints "listening on http://127.0.0.1:PORT". When its stdin ends it prints
// {"events","requests","body_bytes"} and, for events whose data has a member "t" (the emitter's
// monotonic clock in ns when it recorded), how long they were on their way.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <trace/detail/stamp.hpp>
#include "collector/api/content_encoding.hpp"
#include "support/statistics.hpp"

namespace trace::bench {
namespace {

using collector::api::ContentEncoding;

constexpr std::size_t longest_body = std::size_t{64} << 20;

struct Totals {
  std::mutex mutex;
  std::uint64_t events = 0;
  std::uint64_t requests = 0;
  std::uint64_t body_bytes = 0;
  std::vector<std::uint64_t> travel_ns;
};

std::uint64_t number_at(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// The text between `before`, from `from` on, and the next quote; `from` moves past it.
std::optional<std::string_view> quoted(std::string_view text, std::string_view before,
                                       std::size_t& from) {
  const std::size_t at = text.find(before, from);
  if (at == std::string_view::npos) return std::nullopt;
  const std::size_t begin = at + before.size();
  const std::size_t end = text.find('"', begin);
  if (end == std::string_view::npos) return std::nullopt;
  from = end;
  return text.substr(begin, end - begin);
}

constexpr std::size_t longest_event = 1024;

class Connection {
 public:
  Connection(int fd, std::string_view offer, Totals& totals)
      : fd_(fd), offer_(offer), totals_(totals) {}
  ~Connection() { close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void serve() {
    while (read_head()) {
      if (!read_body() || !answer(take(received().substr(head_bytes_)))) return;
      filled_ = 0;
    }
  }

 private:
  std::string_view received() const { return std::string_view(buffer_).substr(0, filled_); }

  bool fill(std::size_t most) {
    if (buffer_.size() < filled_ + most) buffer_.resize(filled_ + most);
    const ssize_t count = recv(fd_, buffer_.data() + filled_, most, 0);
    filled_ += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
    return count > 0;
  }

  bool read_head() {
    std::size_t end = 0;
    while ((end = received().find("\r\n\r\n")) == std::string::npos) {
      if (!fill(16 * 1024)) return false;
    }
    head_bytes_ = end + 4;
    return true;
  }

  std::string_view header(std::string_view name) const {
    const std::string_view head = received().substr(0, head_bytes_);
    const std::size_t at = head.find(name);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = head.substr(at + name.size());
    return rest.substr(0, rest.find('\r'));
  }

  bool read_body() {
    const std::size_t whole = head_bytes_ + number_at(header("\r\nContent-Length: "));
    encoding_ = collector::api::content_encoding_from_name(header("\r\nContent-Encoding: "))
                    .value_or(ContentEncoding::identity);
    while (filled_ < whole) {
      if (!fill(whole - filled_)) return false;
    }
    return true;
  }

  // Counts the body; what is left to say is the acknowledgement.
  std::string take(std::string_view body) {
    std::string plain;
    const std::size_t wire_bytes = body.size();
    if (encoding_ != ContentEncoding::identity) {
      plain = collector::api::inflate(encoding_, body, longest_body).bytes;
      body = plain;
    }
    std::string runs;
    std::uint64_t events = 0;
    while (!body.empty()) {
      const std::size_t end = std::min(body.find('\n'), body.size() - 1);
      runs += fmt::format("{}{}", runs.empty() ? "" : ",", take_line(body.substr(0, end), events));
      body.remove_prefix(end + 1);
    }
    const std::lock_guard lock(totals_.mutex);
    totals_.events += events;
    ++totals_.requests;
    totals_.body_bytes += wire_bytes;
    totals_.travel_ns.insert(totals_.travel_ns.end(), travel_ns_.begin(), travel_ns_.end());
    travel_ns_.clear();
    return fmt::format(R"({{"runs":[{}]}})", runs);
  }

  std::string take_line(std::string_view line, std::uint64_t& events) {
    const std::uint64_t now = detail::monotonic_ns();
    std::size_t at = 0;
    const std::string_view run = quoted(line, R"({"runId":")", at).value_or("");
    std::map<std::string_view, std::uint64_t> through;
    std::uint64_t taken = 0;
    while (const auto id = quoted(line, R"({"id":")", at)) {
      const std::size_t dash = id->rfind('-');
      if (dash == std::string_view::npos) continue;
      through[id->substr(0, dash)] = number_at(id->substr(dash + 1));
      ++taken;
    }
    // All events of a sender say when they were recorded, or none.
    constexpr std::string_view recorded_at = R"("data":{"t":)";
    const bool has_stamps = line.substr(0, longest_event).find(recorded_at) != line.npos;
    for (std::size_t from = 0; has_stamps && (from = line.find(recorded_at, from)) != line.npos;) {
      from += recorded_at.size();
      travel_ns_.push_back(now - number_at(line.substr(from, 20)));
    }
    events += taken;
    std::string highest;
    for (const auto& [emitter, sequence] : through) {
      highest += fmt::format(R"({}"{}":{})", highest.empty() ? "" : ",", emitter, sequence);
    }
    return fmt::format(
        R"({{"runId":"{}","accepted":{},"duplicates":0,"rejected":[],"through":{{{}}},)"
        R"("cursor":"","status":"RUNNING"}})",
        run, taken, highest);
  }

  bool answer(const std::string& body) {
    const std::string whole = fmt::format(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        "Accept-Encoding: {}\r\nContent-Length: {}\r\n\r\n{}",
        offer_, body.size(), body);
    return send(fd_, whole.data(), whole.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(whole.size());
  }

  int fd_;
  std::string_view offer_;
  Totals& totals_;
  std::string buffer_;  // as large as any request was, so that it is cleared once
  std::size_t filled_ = 0;
  std::size_t head_bytes_ = 0;
  ContentEncoding encoding_ = ContentEncoding::identity;
  std::vector<std::uint64_t> travel_ns_;
};

int listen_on_loopback(std::uint16_t& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (fd < 0 || bind(fd, any, size) != 0 || listen(fd, 64) != 0 ||
      getsockname(fd, any, &size) != 0) {
    return -1;
  }
  port = ntohs(address.sin_port);
  return fd;
}

void accept_all(int listener, std::string_view offer, Totals& totals) {
  for (;;) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    std::thread([fd, offer, &totals] { Connection(fd, offer, totals).serve(); }).detach();
  }
}

void print_totals(Totals& totals) {
  const std::lock_guard lock(totals.mutex);
  std::string travel;
  if (!totals.travel_ns.empty()) {
    std::sort(totals.travel_ns.begin(), totals.travel_ns.end());
    travel =
        fmt::format(R"(,"p50_ns":{},"p99_ns":{},"max_ns":{})", at_quantile(totals.travel_ns, 0.5),
                    at_quantile(totals.travel_ns, 0.99), totals.travel_ns.back());
  }
  fmt::print(R"({{"events":{},"requests":{},"body_bytes":{}{}}})"
             "\n",
             totals.events, totals.requests, totals.body_bytes, travel);
  std::fflush(stdout);
}

}  // namespace
}  // namespace trace::bench

int main(int argc, char** argv) {
  using namespace trace::bench;
  std::signal(SIGPIPE, SIG_IGN);
  std::uint16_t port = 0;
  const int listener = listen_on_loopback(port);
  if (listener < 0) {
    fmt::print(stderr, "counting_sink: cannot listen on 127.0.0.1: {}\n", std::strerror(errno));
    return 1;
  }
  fmt::print("listening on http://127.0.0.1:{}\n", port);
  std::fflush(stdout);
  static Totals totals;
  const std::string_view offer = argc > 1 ? argv[1] : "identity";
  std::thread([listener, offer] { accept_all(listener, offer, totals); }).detach();
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
  print_totals(totals);
  std::_Exit(0);  // its connections may still be served
}
