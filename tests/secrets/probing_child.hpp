// SPDX-License-Identifier: Apache-2.0
// The child of the probing worker: prints probes, cut into writes so small that each secret arrives
// in several reads.
#pragma once

namespace trace::testing {

// argv: the words after "--child"; the first selects the output: "lines", which exits with 3 so
// that the last lines of stderr are recorded, or "result". Returns the exit code.
int be_probing_child(int argc, char** argv);

}  // namespace trace::testing
