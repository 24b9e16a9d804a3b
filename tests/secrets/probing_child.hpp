// The child of the probing worker: prints probes, cut into writes so small that each secret arrives
// in several reads.
#pragma once

namespace trace::testing {

// argv: the words behind "--child"; the first says what to print: "lines", which ends with 3 so
// that the last lines of stderr are told, or "result". Answers the exit code.
int be_probing_child(int argc, char** argv);

}  // namespace trace::testing
