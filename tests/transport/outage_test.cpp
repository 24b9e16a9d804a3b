// SPDX-License-Identifier: Apache-2.0
// Backends and ways to them that are out of order: everything is kept, in time.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <future>
#include <latch>

#include "http/broken_pipe_guard.hpp"
#include "transport/sending.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Kind = SendResult::Kind;

namespace {

const std::string stored = answer_text(200, acknowledgement());

struct Timed {
  SendResult result;
  Clock::duration took;
};

Timed timed_send(Transport& transport, const SampleBatch& sample, Clock::duration patience) {
  const auto begin = Clock::now();
  SendResult result = transport.send(sample.batch(), begin + patience);
  return {std::move(result), Clock::now() - begin};
}

}  // namespace

TEST_CASE("no listener") {
  std::string endpoint;
  {
    const ScriptedServer gone({stored});
    endpoint = gone.url();
  }
  const auto result = send_once(endpoint);
  CHECK(result.kind == Kind::retry_later);
  CHECK(result.detail.find(endpoint + "/trace/events") != std::string::npos);
}

TEST_CASE("an unknown host name") {
  CHECK(send_once("http://backend.invalid:8400").kind == Kind::retry_later);
}

TEST_CASE("a missing unix socket") {
  auto options = options_for("http://localhost");
  options.unix_socket = "/nonexistent/backend.sock";
  CHECK(send_once(options, SampleBatch()).kind == Kind::retry_later);
}

TEST_CASE("a connection that is closed without a response") {
  const ScriptedServer server([](Peer& peer) { peer.read_request(); });
  CHECK(send_once(server.url()).kind == Kind::retry_later);
}

TEST_CASE("a connection that is reset in the middle of the upload") {
  const ScriptedServer server([](Peer& peer) {
    peer.read_head();
    peer.read_some(1000);
    peer.reset();
  });
  SampleBatch large;
  large.add("run-2", 2000, 8000);
  // SIGPIPE would kill this process here.
  for (int i = 0; i < 5; ++i) CHECK(send_once(server.url(), large).kind == Kind::retry_later);
}

TEST_CASE("a write to a closed pipe raises nothing while the guard lives, and nothing after") {
  int pipe[2];
  REQUIRE(::pipe2(pipe, O_CLOEXEC) == 0);
  ::close(pipe[0]);
  sigset_t before;
  sigset_t after;
  sigset_t pending;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  {
    const http::BrokenPipeGuard guard;
    CHECK(::write(pipe[1], "x", 1) == -1);
    CHECK(errno == EPIPE);
  }
  ::close(pipe[1]);
  sigpending(&pending);
  pthread_sigmask(SIG_SETMASK, nullptr, &after);
  CHECK(sigismember(&pending, SIGPIPE) == 0);
  CHECK(sigismember(&after, SIGPIPE) == sigismember(&before, SIGPIPE));
}

TEST_CASE("a response that arrives before the upload's end counts") {
  SampleBatch large;
  large.add("run-2", 2000, 8000);
  const auto early = [&](int status) {
    const ScriptedServer server([status](Peer& peer) {
      peer.read_head();
      peer.send(answer_text(status, ""));
      peer.wait_for_close();
    });
    return send_once(server.url(), large).kind;
  };
  CHECK(early(413) == Kind::too_large);
  CHECK(early(401) == Kind::refused);
  CHECK(early(503) == Kind::retry_later);
}

TEST_CASE("a server that stops reading is left at the deadline") {
  std::latch left(1);
  const ScriptedServer server([&](Peer& peer) {
    peer.read_head();
    left.wait();
  });
  SampleBatch large;
  large.add("run-2", 2000, 16000);
  const auto transport = http::make_http_transport(options_for(server.url()));
  const auto [result, took] = timed_send(*transport, large, 300ms);
  left.count_down();
  CHECK(result.kind == Kind::retry_later);
  CHECK(took >= 290ms);
  CHECK(took < 5s);
}

TEST_CASE("a slow response is abandoned at the deadline") {
  const ScriptedServer server([](Peer& peer) {
    peer.read_request();
    for (const char c : stored) {
      if (!peer.send({&c, 1})) break;
      std::this_thread::sleep_for(25ms);
    }
  });
  const auto transport = http::make_http_transport(options_for(server.url()));
  const SampleBatch sample;
  const auto [result, took] = timed_send(*transport, sample, 300ms);
  CHECK(result.kind == Kind::retry_later);
  CHECK(result.runs.empty());
  CHECK(took >= 290ms);
  CHECK(took < 3s);
}

TEST_CASE("the request timeout holds when the deadline is far") {
  const ScriptedServer server([](Peer& peer) {
    peer.read_request();
    peer.wait_for_close();
  });
  auto options = options_for(server.url());
  options.request_timeout = 200ms;
  const auto transport = http::make_http_transport(options);
  const SampleBatch sample;
  const auto [result, took] = timed_send(*transport, sample, 1h);
  CHECK(result.kind == Kind::retry_later);
  CHECK(took >= 190ms);
  CHECK(took < 5s);
  // The connection is closed as well: a late response must not be taken for the next one's.
  transport->send(sample.batch(), soon());
  CHECK(server.accepted() == 2);
}

TEST_CASE("a TLS handshake that never ends is left at the connect timeout") {
  const ScriptedServer server([](Peer& peer) { peer.wait_for_close(); });
  auto options = options_for(fmt::format("https://127.0.0.1:{}", server.port()));
  options.connect_timeout = 200ms;
  const auto transport = http::make_http_transport(options);
  const SampleBatch sample;
  const auto [result, took] = timed_send(*transport, sample, 1h);
  CHECK(result.kind == Kind::retry_later);
  CHECK(took >= 190ms);
  CHECK(took < 5s);
}

TEST_CASE("a deadline that has passed sends nothing") {
  const ScriptedServer server({stored});
  const auto transport = http::make_http_transport(options_for(server.url()));
  const SampleBatch sample;
  CHECK(transport->send(sample.batch(), Clock::now() - 1s).kind == Kind::retry_later);
  CHECK(server.accepted() == 0);
}

TEST_CASE("interrupt ends a send that waits, within 50 ms") {
  Clock::duration quickest = 1h;
  for (int attempt = 0; attempt < 5; ++attempt) {
    std::latch received(1);
    const ScriptedServer server([&](Peer& peer) {
      peer.read_request();
      received.count_down();
      peer.wait_for_close();
    });
    const auto transport = http::make_http_transport(options_for(server.url()));
    const SampleBatch sample;
    auto sending = std::async(std::launch::async,
                              [&] { return transport->send(sample.batch(), Clock::now() + 30s); });
    received.wait();
    const auto begin = Clock::now();
    transport->interrupt();
    const auto result = sending.get();
    const auto took = Clock::now() - begin;
    CHECK(result.kind == Kind::interrupted);
    CHECK(result.detail.find("interrupted") != std::string::npos);
    CHECK(took < 2s);
    quickest = std::min(quickest, took);
  }
  // A busy machine may delay one attempt, not all of them.
  CHECK(quickest <= 50ms);
}

TEST_CASE("interrupt ends an upload that is stuck") {
  std::latch head_read(1);
  std::latch left(1);
  const ScriptedServer server([&](Peer& peer) {
    peer.read_head();
    head_read.count_down();
    left.wait();
  });
  SampleBatch large;
  large.add("run-2", 2000, 16000);
  const auto transport = http::make_http_transport(options_for(server.url()));
  auto sending = std::async(std::launch::async,
                            [&] { return transport->send(large.batch(), Clock::now() + 30s); });
  head_read.wait();
  const auto begin = Clock::now();
  transport->interrupt();
  const auto result = sending.get();
  left.count_down();
  CHECK(result.kind == Kind::interrupted);
  CHECK(Clock::now() - begin < 2s);
}

TEST_CASE("an interrupt between two sends ends the next one, and only that") {
  const ScriptedServer server({stored});
  const auto transport = http::make_http_transport(options_for(server.url()));
  const SampleBatch sample;
  transport->interrupt();
  CHECK(transport->send(sample.batch(), soon()).kind == Kind::interrupted);
  CHECK(server.accepted() == 0);
  CHECK(transport->send(sample.batch(), soon()).kind == Kind::acknowledged);
}

TEST_CASE("a transport works again when the backend does") {
  std::atomic<bool> up{false};
  const ScriptedServer server([&](Peer& peer) {
    while (peer.read_request()) {
      if (!up) return peer.reset();
      peer.send(stored);
    }
  });
  const auto transport = http::make_http_transport(options_for(server.url()));
  const SampleBatch sample;
  for (int i = 0; i < 3; ++i) {
    CHECK(transport->send(sample.batch(), soon()).kind == Kind::retry_later);
  }
  up = true;
  CHECK(transport->send(sample.batch(), soon()).kind == Kind::acknowledged);
}

TEST_CASE("a proxy's refusal and outage are distinguished") {
  const auto through = [](int status) {
    const ScriptedServer proxy({answer_text(status, "")});
    auto options = options_for("https://backend.test");
    options.proxy = proxy.url();
    return send_once(options, SampleBatch());
  };
  const auto refused = through(407);
  CHECK(refused.kind == Kind::refused);
  CHECK(refused.detail.find("407") != std::string::npos);
  CHECK(through(403).kind == Kind::refused);
  CHECK(through(502).kind == Kind::retry_later);
  CHECK(through(503).kind == Kind::retry_later);
}
