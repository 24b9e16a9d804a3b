// SPDX-License-Identifier: Apache-2.0
// Candidates are looked for in one way or another, as the processor can: what is true of redaction
// is true of both. On one thread.
#pragma once

#include <doctest/doctest.h>

#include "secrets/candidates.hpp"

namespace trace::testing {

// Calls `test` once for each way that this processor has, for matchers that are made in it.
template <class Test>
void with_each_look(Test&& test) {
  if (trace::detail::secrets::set_candidate_runs(false)) test();
  if (trace::detail::secrets::set_candidate_runs(true)) {
    test();
  } else {
    MESSAGE("SKIPPED: this processor cannot look for runs");
  }
}

}  // namespace trace::testing
