// BearerToken: the credential of a backend, from the configuration or from a file that somebody
// else rotates.
//
// Used by transport and client on their own thread. The file is read at the first use and again
// whenever the server has refused the token, never in between.
#pragma once

#include <string>

namespace trace::http {

class BearerToken {
 public:
  BearerToken(std::string token, std::string file);

  // Makes the token ready to be used; false when the file gives none, problem() says why.
  bool load();
  // Reads the file again. True when that changed the token; a file that cannot be read changes
  // nothing (it may be in the middle of its rotation).
  bool reload();

  // Empty: send none.
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
