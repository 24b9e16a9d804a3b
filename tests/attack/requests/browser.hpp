// SPDX-License-Identifier: Apache-2.0
// A real browser, headless, that opens one page and keeps it open until the object is gone. It
// knows no names but those of this machine and evil.example, which is this machine too.
#pragma once

#include <optional>
#include <string>

#include "support/child.hpp"
#include "support/temp_dir.hpp"

namespace trace::testing {

class Browser {
 public:
  // The program's name; nothing when no browser is installed.
  static std::optional<std::string> find();

  Browser(const std::string& program, const std::string& url);
  // Its output, for a test that fails.
  std::string errors() const { return child_.errors(); }

 private:
  TempDir profile_;
  Child child_;
};

}  // namespace trace::testing
