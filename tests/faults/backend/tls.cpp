// SPDX-License-Identifier: Apache-2.0
// Trials of TLS servers that cannot be trusted: nothing is sent to them, everything is kept.
#include <climits>

#include "faults/backend/trials.hpp"
#include "transport/certificates.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;

bool takes_all(Peer&, const ReceivedRequest&, FaultBackend&) { return false; }

void untrusted(Trial& trial, const Identity& identity, const std::string& ca_file) {
  FaultBackend backend(takes_all, 0, {.tls = identity});
  Config config;
  config.transport_settings["ca_file"] = ca_file;
  Delivery delivery(trial, backend.url(), std::move(config));
  delivery.record_all();
  trial.expect(!delivery.deliver(1s), "delivered to a stranger");
  delivery.check_calm(delivery.diagnostics().empty() ? "backend"
                                                     : delivery.diagnostics().begin()->first);
  delivery.close_with_all_kept();
  trial.expect_equal(backend.requests(), 0, "requests that the stranger saw");
}

void wrong_name(Trial& trial) {
  const TempDir directory;
  CertificateAuthority authority(directory.path(), "authority");
  untrusted(trial, authority.issue("other", "DNS:other.example"), authority.file());
}

void expired(Trial& trial) {
  const TempDir directory;
  CertificateAuthority authority(directory.path(), "authority");
  untrusted(trial, authority.issue("old", "IP:127.0.0.1", CertificateAuthority::Validity::expired),
            authority.file());
}

void unknown_authority(Trial& trial) {
  const TempDir directory;
  CertificateAuthority authority(directory.path(), "authority");
  CertificateAuthority stranger(directory.path(), "stranger");
  untrusted(trial, stranger.issue("server", "IP:127.0.0.1"), authority.file());
}

void trusted(Trial& trial) {
  const TempDir directory;
  CertificateAuthority authority(directory.path(), "authority");
  FaultBackend backend(takes_all, 0, {.tls = authority.issue("server", "IP:127.0.0.1")});
  Config config;
  config.transport_settings["ca_file"] = authority.file();
  Delivery delivery(trial, backend.url(), std::move(config));
  delivery.record_all();
  trial.expect(delivery.deliver(), "not delivered in half a minute");
  delivery.check_calm("");
  delivery.close();
  delivery.compare(backend.stored());
}

}  // namespace

std::vector<Fault> tls_faults() {
  return {{"TLS, a wrong name", wrong_name},
          {"TLS, expired", expired},
          {"TLS, an unknown authority", unknown_authority},
          {"TLS, as it should be (for comparison)", trusted}};
}

}  // namespace trace::testing
