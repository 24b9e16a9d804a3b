// SPDX-License-Identifier: Apache-2.0
// Large bodies: what goes past libcurl, to which sockets, and what happens when it gets stuck or
// the connection is lost in the middle.
#include "http/upload.hpp"

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

#include "support/temp_dir.hpp"
#include "transport/certificates.hpp"
#include "transport/sending.hpp"

using namespace trace;
using namespace trace::testing;
using Kind = SendResult::Kind;

namespace {

// What the transport sends past libcurl, which itself calls send() only.
std::atomic<std::size_t> sent_directly{0};
std::atomic<std::size_t> most_at_once{SIZE_MAX};
std::atomic<bool> every_other_is_full{false};

const std::string stored = answer_text(200, acknowledgement());

// More pieces than one sendmsg() gets, of all sizes.
void fill(SampleBatch& sample) {
  for (unsigned i = 0; i < 600; ++i) sample.add(fmt::format("run-{}", i + 2), i % 5, 37 * i % 4096);
}

struct Restored {
  ~Restored() {
    most_at_once = SIZE_MAX;
    every_other_is_full = false;
  }
};

}  // namespace

extern "C" ssize_t sendmsg(int socket, const msghdr* message, int flags) {
  using Function = ssize_t(int, const msghdr*, int);
  static auto* const next = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, "sendmsg"));
  static std::atomic<unsigned> calls{0};
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

TEST_CASE("libcurl gets the first bytes of a direct upload, and the length of all") {
  CURL* const easy = curl_easy_init();
  const http::Sockets none;
  const std::string text(100'000, 'x');
  http::RequestBody body;
  body.add(text);
  std::string read(text.size(), '\0');
  {
    http::Upload upload(easy, none, body, http::Upload::How::direct);
    CHECK(upload.bytes_of_libcurl() < 20'000);
    CHECK(upload.content_length() == "Content-Length: 100000");
    CHECK(http::Upload::on_read(read.data(), 1, read.size(), &upload) == upload.bytes_of_libcurl());
    CHECK(http::Upload::on_read(read.data(), 1, read.size(), &upload) == 0);
    // libcurl has not sent them yet.
    CHECK(upload.send_rest() == CURL_SOCKET_BAD);
    CHECK_FALSE(upload.must_repeat());
  }
  http::Upload upload(easy, none, body, http::Upload::How::by_libcurl);
  CHECK(upload.bytes_of_libcurl() == text.size());
  CHECK(upload.content_length().empty());
  CHECK(http::Upload::on_read(read.data(), 1, read.size(), &upload) == text.size());
  curl_easy_cleanup(easy);
}

TEST_CASE("large bodies go past libcurl on this machine, whatever the socket accepts at once") {
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
    for (const std::size_t limit : {SIZE_MAX, std::size_t{3001}}) {
      most_at_once = limit;
      every_other_is_full = limit != SIZE_MAX;
      sent_directly = 0;
      CHECK(transport->send(sample.batch(), soon()).kind == Kind::acknowledged);
      CHECK(sent_directly + 20'000 > sample.batch().bytes);
      CHECK((server.requests().back().body == sample.body()));
    }
    CHECK(server.requests().size() == 2);
    CHECK(server.accepted() == 1);
  }
}

TEST_CASE("a direct upload has one Content-Length") {
  std::string head;
  const ScriptedServer server([&](Peer& peer) {
    while (head.find("\r\n\r\n") == std::string::npos) head += peer.read_some(1);
    peer.send(stored);
  });
  SampleBatch sample;
  fill(sample);
  CHECK(send_once(server.url(), sample).kind == Kind::acknowledged);
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
  for (const auto& options : {by_tls, by_proxy, upper_case}) {
    sent_directly = 0;
    CHECK(send_once(options, sample).kind == Kind::acknowledged);
    CHECK(sent_directly == 0);
  }
  for (const auto& request : backend.requests()) CHECK((request.body == sample.body()));
  CHECK((proxy.requests().at(0).body == sample.body()));
}

TEST_CASE("a connection that has a part of a body is not used again") {
  std::atomic<int> heads{0};
  const ScriptedServer server([&](Peer& peer) {
    if (heads++ > 0) {
      if (peer.read_request()) peer.send(stored);
      return;
    }
    peer.read_head();
    // More than what libcurl sends, so that it has nothing left to do.
    for (std::size_t read = 0, some = 1; read < 100'000 && some > 0; read += some) {
      some = peer.read_some(64 * 1024).size();
    }
    peer.send(answer_text(413, ""));
    peer.wait_for_close();
  });
  SampleBatch large;
  large.add("run-2", 2000, 16000);
  const auto transport = http::make_http_transport(options_for(server.url()));
  CHECK(transport->send(large.batch(), soon()).kind == Kind::too_large);
  CHECK(transport->send(SampleBatch().batch(), soon()).kind == Kind::acknowledged);
  CHECK(server.accepted() == 2);
}

TEST_CASE("a connection that is lost in the middle of a body is replaced within the send") {
  std::atomic<int> connections{0};
  std::string repeated;
  const ScriptedServer server([&](Peer& peer) {
    if (connections++ == 0) {
      peer.read_request();
      peer.send(stored);
      peer.read_head();
      peer.read_some(1000);
      return peer.reset();
    }
    if (const auto request = peer.read_request()) {
      repeated = request->body;
      peer.send(stored);
    }
  });
  SampleBatch large;
  large.add("run-2", 2000, 8000);
  const auto transport = http::make_http_transport(options_for(server.url()));
  CHECK(transport->send(large.batch(), soon()).kind == Kind::acknowledged);
  CHECK(transport->send(large.batch(), soon()).kind == Kind::acknowledged);
  CHECK((repeated == large.body()));
  // libcurl may have connected before it found that it does not have the whole body.
  CHECK(server.accepted() <= 3);
}

TEST_CASE("a new connection that is lost in the middle of a body is an outage") {
  const ScriptedServer server([](Peer& peer) {
    peer.read_head();
    peer.read_some(1000);
    peer.reset();
  });
  SampleBatch large;
  large.add("run-2", 2000, 8000);
  CHECK(send_once(server.url(), large).kind == Kind::retry_later);
  CHECK(server.accepted() == 1);
}
