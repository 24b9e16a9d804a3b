// SPDX-License-Identifier: Apache-2.0
// A directory of one test's own, removed with everything in it at the end of the scope.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace trace::testing {

class TempDir {
 public:
  TempDir();  // below $TMPDIR, else /tmp; throws std::system_error
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace trace::testing
