// SPDX-License-Identifier: Apache-2.0
// A directory that ends with its object.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace trace::bench {

class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(const std::string& base) : path_(base + "/shiptrace-bench-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) {
      throw std::filesystem::filesystem_error("cannot make a directory", base,
                                              std::error_code(errno, std::generic_category()));
    }
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace trace::bench
