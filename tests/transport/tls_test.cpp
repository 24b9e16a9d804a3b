// SPDX-License-Identifier: Apache-2.0
// TLS: which certificates are trusted and refused, and that outages are not mistaken for either.
#include <doctest/doctest.h>

#include "support/temp_dir.hpp"
#include "transport/certificates.hpp"
#include "transport/sending.hpp"

using namespace trace;
using namespace trace::testing;
using Kind = SendResult::Kind;

namespace {

const std::string stored = answer_text(200, acknowledgement());

struct Tls {
  TempDir directory;
  CertificateAuthority authority{directory.path(), "authority"};

  SendResult send(const Identity& identity, const std::string& trusted) {
    const ScriptedServer server({stored}, {.tls = identity});
    auto options = options_for(server.url());
    options.ca_file = trusted;
    return send_once(options, SampleBatch());
  }
};

}  // namespace

TEST_CASE_FIXTURE(Tls, "a custom authority is trusted, over one connection, HTTP/2 is offered") {
  const ScriptedServer server({stored}, {.tls = authority.issue("good", "IP:127.0.0.1")});
  auto options = options_for(server.url());
  options.ca_file = authority.file();
  const auto transport = http::make_http_transport(options);
  SampleBatch sample;
  sample.add("run-2", 1000, 500);
  for (int i = 0; i < 3; ++i) {
    const auto result = transport->send(sample.batch(), soon());
    CHECK(result.detail == "");
    CHECK(result.kind == Kind::acknowledged);
  }
  CHECK(server.accepted() == 1);
  CHECK((server.requests().at(2).body == sample.body()));
  CHECK(server.offered_protocols() == "h2,http/1.1");
}

TEST_CASE_FIXTURE(Tls, "an unknown authority is refused") {
  const CertificateAuthority other(directory.path(), "other");
  const auto identity = authority.issue("good", "IP:127.0.0.1");
  for (const std::string& trusted : {std::string(), other.file()}) {
    const auto result = send(identity, trusted);
    CHECK(result.kind == Kind::refused);
    CHECK(result.detail.find("certificate") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(Tls, "a certificate for another name is refused") {
  const auto result = send(authority.issue("wrong", "DNS:other.test"), authority.file());
  CHECK(result.kind == Kind::refused);
  CHECK(result.detail.find("certificate") != std::string::npos);
}

TEST_CASE_FIXTURE(Tls, "an expired certificate is refused") {
  const auto result =
      send(authority.issue("old", "IP:127.0.0.1", CertificateAuthority::Validity::expired),
           authority.file());
  CHECK(result.kind == Kind::refused);
  CHECK(result.detail.find("expired") != std::string::npos);
}

TEST_CASE_FIXTURE(Tls, "an authority file that is missing is refused and named") {
  const auto result = send(authority.issue("good", "IP:127.0.0.1"), directory / "none.pem");
  CHECK(result.kind == Kind::refused);
  CHECK(result.detail.find("none.pem") != std::string::npos);
}

TEST_CASE_FIXTURE(Tls, "a client certificate is shown to who asks for it") {
  const ServerOptions asking{.tls = authority.issue("server", "IP:127.0.0.1"),
                             .client_authority = authority.file()};
  const ScriptedServer server({stored}, asking);
  auto options = options_for(server.url());
  options.ca_file = authority.file();
  const auto without = send_once(options, SampleBatch());
  CAPTURE(without.detail);
  CHECK(without.kind == Kind::refused);

  const Identity client = authority.issue("client", "DNS:worker.test");
  options.client_certificate_file = client.certificate_file;
  options.client_key_file = client.key_file;
  CHECK(send_once(options, SampleBatch()).kind == Kind::acknowledged);

  options.client_key_file = directory / "none.key";
  CHECK(send_once(options, SampleBatch()).kind == Kind::refused);
}

TEST_CASE_FIXTURE(Tls, "TLS to a server without it is refused, a reset handshake is an outage") {
  const ScriptedServer plain([](Peer& peer) {
    peer.read_some(1);
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.wait_for_close();
  });
  const auto wrong = send_once(fmt::format("https://127.0.0.1:{}", plain.port()));
  CAPTURE(wrong.detail);
  CHECK(wrong.kind == Kind::refused);

  const ScriptedServer resetting([](Peer& peer) {
    peer.read_some(1);
    peer.reset();
  });
  CHECK(send_once(fmt::format("https://127.0.0.1:{}", resetting.port())).kind == Kind::retry_later);
  const ScriptedServer closing([](Peer& peer) { peer.read_some(1000); });
  CHECK(send_once(fmt::format("https://127.0.0.1:{}", closing.port())).kind == Kind::retry_later);
}

TEST_CASE_FIXTURE(Tls, "a reset in the middle of an upload over TLS is an outage") {
  const ServerOptions good{.tls = authority.issue("good", "IP:127.0.0.1")};
  const ScriptedServer server(
      [](Peer& peer) {
        peer.read_head();
        peer.reset();
      },
      good);
  auto options = options_for(server.url());
  options.ca_file = authority.file();
  SampleBatch large;
  large.add("run-2", 2000, 8000);
  // SIGPIPE would kill this process here.
  for (int i = 0; i < 5; ++i) CHECK(send_once(options, large).kind == Kind::retry_later);
}
