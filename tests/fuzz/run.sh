#!/usr/bin/env bash
# Runs each fuzz target for a while, from the contract's vectors on.
#   tests/fuzz/run.sh BUILD_DIR SECONDS
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
build=$1 seconds=$2
corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT

# One seed per line of the vectors.
find "$source/tests/contract" -name '*.ndjson' -exec cat {} + |
  awk -v dir="$corpus" '{ file = dir "/" NR; printf "%s", $0 > file; close(file) }'

cd "$corpus"
"$build/tests/fuzz/shiptrace_fuzz_events" -max_total_time="$seconds" -print_final_stats=1 -verbosity=0 "$corpus"
