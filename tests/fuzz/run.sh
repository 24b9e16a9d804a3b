#!/usr/bin/env bash
# Runs every fuzz target for a while, each from seeds of its own kind on.
#   tests/fuzz/run.sh BUILD_DIR SECONDS
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
build=$1 seconds=$2
corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT

mkdir "$corpus"/{events,answer,journal}
# The contract's vectors, a seed per line.
find "$source/tests/contract" -name '*.ndjson' -exec cat {} + |
  awk -v dir="$corpus/events" '{ file = dir "/" NR; printf "%s", $0 > file; close(file) }'
"$build/tests/fuzz/shiptrace_fuzz_journal" --write-seeds "$corpus/journal"

failed=0
for target in events answer journal; do
  echo "--- $target"
  (cd "$corpus/$target" &&
    "$build/tests/fuzz/shiptrace_fuzz_$target" -max_total_time="$seconds" -print_final_stats=1 -verbosity=0 .) ||
    failed=1
done
exit $failed
