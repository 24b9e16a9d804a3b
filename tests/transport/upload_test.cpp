// SPDX-License-Identifier: Apache-2.0
// Large bodies: what goes past libcurl, on which connections, and what happens when it gets stuck
// or the connection is lost in the middle.
#include <dlfcn.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <future>
#include <latch>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "support/temp_dir.hpp"
#include "transport/certificates.hpp"
#include "transport/host_descriptors.hpp"
#include "transport/sending.hpp"
#include "transport/stuck_listener.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Kind = SendResult::Kind;

namespace {

// What the transport sends past libcurl, which itself calls send() only.
std::atomic<std::size_t> sent_directly{0};
std::atomic<std::size_t> most_at_once{SIZE_MAX};
std::atomic<bool> every_other_is_full{false};
std::atomic<int> next_error{0};  // of sendmsg(), once
std::atomic<bool> ports_are_wrong{false};
thread_local std::size_t most_of_first_recv = 0;  // 0: as much as there is

const std::string stored = answer_text(200, acknowledgement());

struct Restored {
  ~Restored() {
    most_at_once = SIZE_MAX;
    every_other_is_full = false;
  }
};

// More pieces than one sendmsg() gets, of all sizes.
void fill(SampleBatch& sample) {
  for (unsigned i = 0; i < 600; ++i) sample.add(fmt::format("run-{}", i + 2), i % 5, 37 * i % 4096);
}

// More than the buffers of a connection hold.
struct LargeBatch : SampleBatch {
  LargeBatch() { add("run-2", 2000, 8000); }
};

// Acknowledges a request on its first connection; what comes next is the test's.
class OnceGoodServer {
 public:
  explicit OnceGoodServer(ScriptedServer::Script then, const ServerOptions& options = {})
      : then_(std::move(then)), server_([this](Peer& peer) { serve(peer); }, options) {}

  std::string url() const { return server_.url(); }
  int port() const { return server_.port(); }
  int accepted() const { return server_.accepted(); }
  // Bodies that arrived whole.
  std::vector<std::string> bodies() const {
    const std::lock_guard lock(mutex_);
    return bodies_;
  }

 private:
  void serve(Peer& peer) {
    const bool first = connections_++ == 0;
    for (bool next = true; next; next = !first) {
      const auto request = peer.read_request();
      if (!request) return;
      const std::lock_guard lock(mutex_);
      bodies_.push_back(request->body);
      peer.send(stored);
    }
    then_(peer);
  }

  ScriptedServer::Script then_;
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> bodies_;
  ScriptedServer server_;  // last: its threads end first
};

// Responds to the second request of its first connection when it has read a part of the body, and
// reads no more of it.
class TooEarlyServer {
 public:
  explicit TooEarlyServer(const ServerOptions& options = {})
      : server_([this](Peer& peer) { respond_too_early(peer); }, options) {}
  ~TooEarlyServer() { end_.count_down(); }
  TooEarlyServer(const TooEarlyServer&) = delete;
  TooEarlyServer& operator=(const TooEarlyServer&) = delete;

  const OnceGoodServer* operator->() const { return &server_; }

 private:
  void respond_too_early(Peer& peer) {
    peer.read_head();
    // More than what libcurl sends, so that it has nothing left to do.
    for (std::size_t read = 0, some = 1; read < 100'000 && some > 0; read += some) {
      some = peer.read_some(64 * 1024).size();
    }
    peer.send(answer_text(413, ""));
    end_.wait();
  }

  std::latch end_{1};
  OnceGoodServer server_;  // last: its threads end first
};

}  // namespace

extern "C" ssize_t sendmsg(int socket, const msghdr* message, int flags) {
  using Function = ssize_t(int, const msghdr*, int);
  static auto* const next = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, "sendmsg"));
  static std::atomic<unsigned> calls{0};
  if (const int error = next_error.exchange(0)) {
    errno = error;
    return -1;
  }
  if (every_other_is_full && calls++ % 2 == 0) {
    errno = EAGAIN;
    return -1;
  }
  msghdr limited = *message;
  iovec first{};
  if (most_at_once < message->msg_iov->iov_len) {
    first = {message->msg_iov->iov_base, most_at_once};
    limited.msg_iov = &first;
    limited.msg_iovlen = 1;
  }
  const ssize_t accepted = next(socket, &limited, flags);
  if (accepted > 0) sent_directly += static_cast<std::size_t>(accepted);
  return accepted;
}

extern "C" int getsockname(int socket, sockaddr* address, socklen_t* size) {
  using Function = int(int, sockaddr*, socklen_t*);
  static auto* const next = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, "getsockname"));
  const int result = next(socket, address, size);
  if (ports_are_wrong) reinterpret_cast<sockaddr_in*>(address)->sin_port = 1;
  return result;
}

extern "C" ssize_t recv(int socket, void* to, std::size_t size, int flags) {
  using Function = ssize_t(int, void*, std::size_t, int);
  static auto* const next = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, "recv"));
  const std::size_t most = most_of_first_recv > 0 ? std::min(size, most_of_first_recv) : size;
  const ssize_t received = next(socket, to, most, flags);
  if (received > 0 && (flags & MSG_PEEK) == 0) most_of_first_recv = 0;
  return received;
}

TEST_CASE(
    "large bodies go past libcurl on a kept connection, whatever the socket accepts at once") {
  const Restored restored;
  const TempDir directory;
  ServerOptions local;
  local.unix_socket = directory / "backend.sock";
  for (const ServerOptions& where : {ServerOptions(), local}) {
    const ScriptedServer server({stored}, where);
    auto options = options_for(where.unix_socket.empty() ? server.url() : "http://backend.test");
    options.unix_socket = where.unix_socket;
    const auto transport = http::make_http_transport(options);
    SampleBatch sample;
    fill(sample);
    sent_directly = 0;
    CHECK(transport->send(sample.batch(), soon()).kind == Kind::acknowledged);
    CHECK(sent_directly == 0);
    for (const std::size_t limit : {SIZE_MAX, std::size_t{3001}}) {
      most_at_once = limit;
      every_other_is_full = limit != SIZE_MAX;
      sent_directly = 0;
      CHECK(transport->send(sample.batch(), soon()).kind == Kind::acknowledged);
      CHECK(sent_directly + 20'000 > sample.batch().bytes);
      CHECK((server.requests().back().body == sample.body()));
    }
    CHECK(server.requests().size() == 3);
    CHECK(server.accepted() == 1);
  }
}

TEST_CASE("responses that keep the connection keep direct uploads, small bodies are libcurl's") {
  const ScriptedServer server({answer_text(503, "busy"), answer_text(413, ""), stored});
  const auto transport = http::make_http_transport(options_for(server.url()));
  const LargeBatch large;
  CHECK(transport->send(large.batch(), soon()).kind == Kind::retry_later);
  for (const Kind kind : {Kind::too_large, Kind::acknowledged, Kind::acknowledged}) {
    sent_directly = 0;
    CHECK(transport->send(large.batch(), soon()).kind == kind);
    CHECK(sent_directly > 0);
    sent_directly = 0;
    CHECK(transport->send(SampleBatch().batch(), soon()).kind == Kind::acknowledged);
    CHECK(sent_directly == 0);
  }
  CHECK(server.accepted() == 1);
}

TEST_CASE("a direct upload has one Content-Length") {
  std::string head;
  OnceGoodServer server([&](Peer& peer) {
    while (head.find("\r\n\r\n") == std::string::npos) head += peer.read_some(1);
    peer.send(stored);
  });
  SampleBatch sample;
  fill(sample);
  const auto transport = http::make_http_transport(options_for(server.url()));
  CHECK(transport->send(sample.batch(), soon()).kind == Kind::acknowledged);
  CHECK(transport->send(sample.batch(), soon()).kind == Kind::acknowledged);
  const auto first = head.find("Content-Length:");
  REQUIRE(first != std::string::npos);
  CHECK(head.find("Content-Length:", first + 1) == std::string::npos);
  CHECK(head.find("Transfer-Encoding:") == std::string::npos);
}

TEST_CASE("nothing goes past TLS, nor past a proxy") {
  const TempDir directory;
  CertificateAuthority authority(directory.path(), "authority");
  ServerOptions encrypted;
  encrypted.tls = authority.issue("good", "IP:127.0.0.1");
  const ScriptedServer backend({stored}, encrypted);
  const ScriptedServer proxy({stored});
  auto by_tls = options_for(backend.url());
  by_tls.ca_file = authority.file();
  auto by_proxy = options_for("http://backend.test:8400");
  by_proxy.proxy = proxy.url();
  auto upper_case = options_for(fmt::format("HTTPS://127.0.0.1:{}", backend.port()));
  upper_case.ca_file = authority.file();
  SampleBatch sample;
  fill(sample);
  sent_directly = 0;
  for (const auto& options : {by_tls, by_proxy, upper_case}) {
    const auto transport = http::make_http_transport(options);
    for (int i = 0; i < 3; ++i) {
      CHECK(transport->send(sample.batch(), soon()).kind == Kind::acknowledged);
    }
  }
  CHECK(sent_directly == 0);
  for (const auto& request : backend.requests()) CHECK((request.body == sample.body()));
  for (const auto& request : proxy.requests()) CHECK((request.body == sample.body()));
  CHECK(backend.requests().size() == 6);
  CHECK(proxy.requests().size() == 3);
}

TEST_CASE("a connection that has a part of a body is not used again") {
  HostDescriptors host;
  const TooEarlyServer server;
  const LargeBatch large;
  const auto transport = http::make_http_transport(options_for(server->url()));
  CHECK(transport->send(large.batch(), soon()).kind == Kind::acknowledged);
  CHECK(transport->send(large.batch(), soon()).kind == Kind::too_large);
  const SendResult next = transport->send(SampleBatch().batch(), soon());
  CAPTURE(next.detail);
  CHECK(next.kind == Kind::acknowledged);
  CHECK(server->accepted() == 2);
  CHECK(host.taken() >= 2);
  CHECK(host.untouched());
}

TEST_CASE("a kept connection that the server has closed is replaced, and each body arrives once") {
  HostDescriptors host;
  std::atomic<int> bodies{0};
  const ScriptedServer server([&](Peer& peer) {
    if (!peer.read_request()) return;
    ++bodies;
    peer.send(stored);  // and close
  });
  const auto transport = http::make_http_transport(options_for(server.url()));
  const LargeBatch large;
  for (int i = 0; i < 5; ++i) {
    CHECK(transport->send(large.batch(), soon()).kind == Kind::acknowledged);
  }
  CHECK(bodies == 5);
  CHECK(server.accepted() == 5);
  CHECK(host.taken() >= 4);
  CHECK(host.untouched());
}

TEST_CASE("a connection that is lost in the middle of a body is replaced within the send") {
  HostDescriptors host;
  OnceGoodServer server([](Peer& peer) {
    peer.read_head();
    peer.read_some(1000);
    peer.reset();
  });
  const LargeBatch large;
  const auto transport = http::make_http_transport(options_for(server.url()));
  CHECK(transport->send(large.batch(), soon()).kind == Kind::acknowledged);
  CHECK(transport->send(large.batch(), soon()).kind == Kind::acknowledged);
  REQUIRE(server.bodies().size() == 2);
  CHECK((server.bodies()[1] == large.body()));
  CHECK(server.accepted() == 2);
  CHECK(host.untouched());
}

TEST_CASE("a socket that sends no more for another reason is given up, and the send goes on") {
  const ScriptedServer server({stored});
  const LargeBatch large;
  const auto transport = http::make_http_transport(options_for(server.url()));
  CHECK(transport->send(large.batch(), soon()).kind == Kind::acknowledged);
  next_error = ENOBUFS;
  CHECK(transport->send(large.batch(), soon()).kind == Kind::acknowledged);
  CHECK(next_error == 0);
  CHECK(server.accepted() == 2);
  REQUIRE(server.requests().size() == 2);
  CHECK((server.requests()[1].body == large.body()));
}

TEST_CASE("where libcurl does not say which connection it uses nothing goes past it") {
  const ScriptedServer server({stored});
  const LargeBatch large;
  const auto transport = http::make_http_transport(options_for(server.url()));
  CHECK(transport->send(large.batch(), soon()).kind == Kind::acknowledged);
  sent_directly = 0;
  ports_are_wrong = true;
  CHECK(transport->send(large.batch(), soon()).kind == Kind::acknowledged);
  ports_are_wrong = false;
  for (int i = 0; i < 3; ++i) {
    CHECK(transport->send(large.batch(), soon()).kind == Kind::acknowledged);
  }
  CHECK(sent_directly == 0);
  CHECK(server.accepted() == 2);
}

TEST_CASE("a new connection that is lost in the middle of a body is an outage") {
  const ScriptedServer server([](Peer& peer) {
    peer.read_head();
    peer.read_some(1000);
    peer.reset();
  });
  CHECK(send_once(server.url(), LargeBatch()).kind == Kind::retry_later);
  CHECK(server.accepted() == 1);
}

TEST_CASE("a direct upload that is stuck ends in time, and its connection with it") {
  // With a body that the connection's buffers hold, and with one that is larger.
  for (const std::size_t filler : {std::size_t{50}, std::size_t{8000}}) {
    SampleBatch sample;
    sample.add("run-2", 2000, filler);
    for (const bool interrupted : {false, true}) {
      std::latch head_read(1);
      std::latch left(1);
      std::atomic<bool> saw_the_end{false};
      OnceGoodServer server([&](Peer& peer) {
        peer.read_head();
        head_read.count_down();
        left.wait();
        peer.wait_for_close();
        saw_the_end = true;
      });
      const auto transport = http::make_http_transport(options_for(server.url()));
      CHECK(transport->send(sample.batch(), soon()).kind == Kind::acknowledged);
      sent_directly = 0;
      const auto begin = Clock::now();
      auto sending = std::async(std::launch::async, [&] {
        return transport->send(sample.batch(), Clock::now() + (interrupted ? 30s : 1s));
      });
      head_read.wait();
      if (interrupted) transport->interrupt();
      CHECK(sending.get().kind == (interrupted ? Kind::interrupted : Kind::retry_later));
      CHECK(Clock::now() - begin < 10s);
      if (!interrupted) CHECK(sent_directly > 0);
      left.count_down();
      // The transport still exists, but holds the connection no more.
      while (!saw_the_end && Clock::now() - begin < 15s) std::this_thread::yield();
      CHECK(saw_the_end);
    }
  }
}

TEST_CASE("a response counts however it is cut, also after a direct upload") {
  const std::string chunked = fmt::format(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n",
      acknowledgement().substr(0, 5), acknowledgement().size() - 5, acknowledgement().substr(5));
  for (const std::string& response : {stored, chunked}) {
    const ScriptedServer server({response});
    SampleBatch sample;
    sample.add("run-2", 1, 20'000);
    const auto transport = http::make_http_transport(options_for(server.url()));
    REQUIRE(transport->send(sample.batch(), soon()).kind == Kind::acknowledged);
    sent_directly = 0;
    for (std::size_t cut = 1; cut < response.size(); ++cut) {
      most_of_first_recv = cut;
      REQUIRE(transport->send(sample.batch(), soon()).kind == Kind::acknowledged);
      REQUIRE(most_of_first_recv == 0);  // it was cut
    }
    CHECK(sent_directly > response.size());
    CHECK(server.accepted() == 1);
  }
}

TEST_CASE("connections that never come to be, and what the host does with their numbers") {
  HostDescriptors host;
  const LargeBatch large;
  int port = 0;
  auto options = options_for("");
  {
    const StuckListener stuck(StuckListener::Family::ipv4);
    port = stuck.port();
    options.endpoint = fmt::format("http://127.0.0.1:{}", port);
    options.connect_timeout = 200ms;
    const auto transport = http::make_http_transport(options);
    const auto begin = Clock::now();
    CHECK(transport->send(large.batch(), soon()).kind == Kind::retry_later);
    CHECK(Clock::now() - begin >= 190ms);
    CHECK(host.taken() == 1);
    CHECK(host.untouched());

    auto patient = options;
    patient.connect_timeout = 30s;
    const auto interrupted = http::make_http_transport(patient);
    const std::jthread interrupting([&] {
      std::this_thread::sleep_for(100ms);  // before or while it connects
      interrupted->interrupt();
    });
    CHECK(interrupted->send(large.batch(), soon()).kind == Kind::interrupted);
    CHECK(host.untouched());
  }
  const auto transport = http::make_http_transport(options);
  for (int i = 0; i < 2; ++i) {
    CHECK(transport->send(large.batch(), soon()).kind == Kind::retry_later);  // refused
  }
  CHECK(host.taken() >= 3);
  CHECK(host.untouched());
}

TEST_CASE("an address that hangs leaves a number to the host, which no upload touches") {
  const LargeBatch large;
  int hung = 0;  // one of both: libcurl prefers one family
  for (const bool ipv6_hangs : {false, true}) {
    HostDescriptors host;
    const auto hangs = ipv6_hangs ? StuckListener::Family::ipv6 : StuckListener::Family::ipv4;
    std::optional<TooEarlyServer> server;
    std::optional<StuckListener> stuck;
    // Somebody may use the server's port in the other family.
    for (int attempt = 0; !stuck && attempt < 50; ++attempt) {
      server.emplace(ServerOptions{.ipv6 = !ipv6_hangs});
      try {
        stuck.emplace(hangs, (*server)->port());
      } catch (const std::runtime_error&) {
      }
    }
    REQUIRE(stuck);
    const auto transport = http::make_http_transport(
        options_for(fmt::format("http://localhost:{}", (*server)->port())));
    CHECK(transport->send(large.batch(), soon()).kind == Kind::acknowledged);
    hung += host.taken();
    sent_directly = 0;
    CHECK(transport->send(large.batch(), soon()).kind == Kind::too_large);
    CHECK(sent_directly > 0);
    CHECK(host.untouched());
    CHECK(transport->send(large.batch(), soon()).kind == Kind::acknowledged);
    CHECK(host.untouched());
  }
  CHECK(hung == 1);
}
