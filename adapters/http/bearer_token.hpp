// SPDX-License-Identifier: Apache-2.0
// BearerToken: the credential for a backend, from the configuration or from a file that may be
// rotated.
//
// Used by the transport and the client on their own thread. The file is read before the first use
// and again when the server has refused the token, never in between.
#pragma once

#include <string>

namespace trace::http {

class BearerToken {
 public:
  BearerToken(std::string token, std::string file);

  // Reads the file if that has not succeeded yet. False when there is no token; problem() says why.
  bool load();
  // Reads the file again. True when the token has changed; a file that cannot be read changes
  // nothing (it may be in the middle of a rotation).
  bool reload();

  // Empty: send no credential.
  const std::string& value() const noexcept { return value_; }
  const std::string& problem() const noexcept { return problem_; }
  bool from_file() const noexcept { return !file_.empty(); }

 private:
  bool read();

  std::string file_;
  std::string value_;
  std::string problem_;
  bool loaded_ = false;
};

}  // namespace trace::http
