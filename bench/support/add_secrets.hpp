// SPDX-License-Identifier: Apache-2.0
// Secrets as a worker has them: values that occur in no text of a benchmark.
#pragma once

#include <cstdint>

#include <trace/session.hpp>

namespace trace::bench {

// Adds so many to the session; the same ones in each run. Throws std::runtime_error when one is
// not taken.
void add_secrets(Session& session, std::uint64_t count);

}  // namespace trace::bench
