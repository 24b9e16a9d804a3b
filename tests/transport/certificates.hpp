// SPDX-License-Identifier: Apache-2.0
// Certificates for the TLS tests, made at run time: an authority of the test's own and what it
// signs. PEM files in a directory of the test.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace trace::testing {

// A certificate with its key, as files.
struct Identity {
  std::string certificate_file;
  std::string key_file;
};

class CertificateAuthority {
 public:
  CertificateAuthority(const std::filesystem::path& directory, const std::string& name);
  ~CertificateAuthority();

  const std::string& file() const noexcept { return file_; }

  enum class Validity { now, expired };
  // Signs a certificate for a host: `alternative_name` in OpenSSL's notation, "IP:127.0.0.1".
  Identity issue(const std::string& name, const std::string& alternative_name,
                 Validity validity = Validity::now);

 private:
  struct State;
  std::filesystem::path directory_;
  std::string file_;
  std::unique_ptr<State> state_;
};

}  // namespace trace::testing
