#!/usr/bin/env bash
# Runs every fuzz target for a while, each from seeds of its own kind on.
#   tests/fuzz/run.sh BUILD_DIR SECONDS
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
build=$1 seconds=$2
corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT

mkdir "$corpus"/{events,levels,answer,journal}
# The contract's vectors, a seed per line.
find "$source/tests/contract" -name '*.ndjson' -exec cat {} + |
  awk -v dir="$corpus/events" '{ file = dir "/" NR; printf "%s", $0 > file; close(file) }'
# What the tests of levels and stack traces know, a seed per file of them.
cp "$source"/tests/unit/capture/{level_detector,json_log,stack_trace}_test.cpp "$corpus/levels"
# The same a line at a time: what a tool prints, without the quotes of C++.
grep -hoE '"[^"]{8,}' "$source/tests/unit/capture/level_detector_test.cpp" | cut -c 2- |
  awk -v dir="$corpus/levels" '{ file = dir "/line" NR; printf "%s", $0 > file; close(file) }'
grep -hoE 'R"\([^)]*\)"' "$source/tests/unit/capture/json_log_test.cpp" | sed -E 's/^R"\(|\)"$//g' |
  awk -v dir="$corpus/levels" '{ file = dir "/json" NR; printf "%s", $0 > file; close(file) }'
# An answer of each status.
answer='{"runs":[{"runId":"r","accepted":1,"duplicates":1,"rejected":[{"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV-0-000000000007",
"reason":"timestamp"}],"through":{"01ARZ3NDEKTSV4RRFFQ69G5FAV-0":2},"cursor":"MQ==","status":"CANCELLED"}]}'
for status in {0..13}; do
  printf "\\0\\x0$(printf %x "$status")2\n/x\nzstd, gzip\n%s" "$answer" > "$corpus/answer/$status"
done
"$build/tests/fuzz/shiptrace_fuzz_journal" --write-seeds "$corpus/journal"

failed=0
for target in events levels answer journal; do
  echo "--- $target"
  (cd "$corpus/$target" &&
    "$build/tests/fuzz/shiptrace_fuzz_$target" -max_total_time="$seconds" -print_final_stats=1 -verbosity=0 .) ||
    failed=1
done
exit $failed
