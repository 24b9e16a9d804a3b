// SPDX-License-Identifier: Apache-2.0
// The real reference backend, as a child process of a test: shiptrace-collector on a free loopback
// port with a database of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/child.hpp"
#include "support/http.hpp"
#include "support/temp_dir.hpp"

namespace trace::testing {

class Collector {
 public:
  // `options` are added to the command line. Throws when the collector does not come up.
  explicit Collector(std::vector<std::string> options = {});

  // "http://127.0.0.1:PORT"; stays the same over restart().
  const std::string& url() const noexcept { return url_; }
  std::string database() const { return directory_ / "trace.db"; }
  Child& process() noexcept { return *child_; }

  // GET url() + path.
  HttpAnswer get(const std::string& path) const { return http_get(url_ + path); }

  // SIGTERM and wait; SIGKILL. Both keep the database.
  ExitStatus stop();
  void kill();
  // Starts it again with the same database on the same port.
  void start();

 private:
  TempDir directory_;
  std::vector<std::string> options_;
  std::string listen_ = "127.0.0.1:0";
  std::string url_;
  std::unique_ptr<Child> child_;
};

}  // namespace trace::testing
