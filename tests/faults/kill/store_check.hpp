// SPDX-License-Identifier: Apache-2.0
// StoreCheck: compares what killed emitters were promised with what the backend has.
//
// Fed with the files of returned counts, one per emitter; then reads each run from the backend
// once. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "emitter/verify/run_check.hpp"
#include "kill/figures.hpp"

namespace trace::testing {

class StoreCheck {
 public:
  explicit StoreCheck(std::size_t runs) : runs_(runs) {}

  // An emitter with this label was promised this.
  void expect(std::string label, std::vector<std::uint64_t> returned);

  // Adds what is found to the figures.
  void compare(const std::string& endpoint, Figures& figures) const;

 private:
  struct Emitter {
    std::string label;
    std::vector<std::uint64_t> returned;
  };
  void compare_run(std::size_t run, const cli::verify::RunCheck& found, Figures& figures) const;
  void compare_lives(std::size_t run, const cli::verify::RunCheck& found, Figures& figures) const;

  std::size_t runs_;
  std::vector<Emitter> emitters_;
};

}  // namespace trace::testing
