#!/usr/bin/env bash
# Records what tests with a real collector put on the wire and get back, and judges it by the
# schemas of the contract's readers.
#   readers_test.sh BUILD RECORDER TEST…
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$1 recorder=$2
shift 2
for tool in node npm zstd; do
  command -v "$tool" >/dev/null || { echo "SKIPPED: no $tool; scripts/install-deps.sh --dev installs it"; exit 77; }
done
modules=$build/readers
mkdir -p "$modules"
cp "$here"/*.mjs "$here"/package*.json "$modules/"
if ! (cd "$modules" && npm ci --ignore-scripts --no-audit --no-fund) > "$modules/npm.log" 2>&1; then
  echo "SKIPPED: npm cannot install zod: $(tail -1 "$modules/npm.log")"
  exit 77
fi

record=$(mktemp -d)
trap 'rm -rf "$record"' EXIT
export SHIPTRACE_TEST_RECORD=$record SHIPTRACE_TEST_RECORDER=$recorder
for test in "$@"; do
  "$test" > "$modules/$(basename "$test").log" 2>&1 || { tail -30 "$modules/$(basename "$test").log"; exit 1; }
done
node "$modules/judge.mjs" "$record"
