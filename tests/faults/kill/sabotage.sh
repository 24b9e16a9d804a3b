#!/usr/bin/env bash
# Whether the proofs by killing can fail: each mistake of sabotage/*.patch is built into an emitter,
# some of which are killed, and into the workers that are killed at every instruction. Both proofs
# have to find what was lost or torn.
#
#   tests/faults/kill/sabotage.sh [--build-dir DIR]
#
# Exit codes: 0 every mistake was caught · 1 one was not, or its patch does not apply any more, or it
# does not build · 2 wrong usage.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

build=$here/../../../build
while (( $# > 0 )); do
  case $1 in
    --build-dir) build=${2:?--build-dir needs a directory}; shift ;;
    -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "sabotage.sh: unknown option $1; see --help" >&2; exit 2 ;;
  esac
  shift
done
programs=$build/tests/faults/kill
failures=0

# expect NAME EVIDENCE COMMAND…: the command has to fail, with the evidence in what it says. Machines
# on which it is skipped (exit code 77) prove nothing either way.
expect() {
  local name=$1 evidence=$2 output status=0
  shift 2
  output=$("$@" 2>&1) || status=$?
  if (( status == 77 )); then
    grep '^SKIPPED: ' <<<"$output"
  elif (( status == 0 )) || ! grep -E "$evidence" <<<"$output"; then
    printf '%s\n%s: NOT caught\n' "$output" "$name"
    failures=$((failures + 1))
  else
    echo "$name: caught"
  fi
}

for patch in "$here"/sabotage/*.patch; do
  mistake=$(basename "$patch" .patch)
  emitter=shiptrace_kill_emitter_$mistake workers=shiptrace_kill_steps_$mistake
  if ! log=$(cmake --build "$build" --target "$emitter" "$workers" 2>&1); then
    printf '%s\n%s: cannot be built; does the patch still apply?\n' "$log" "$mistake"
    failures=$((failures + 1))
    continue
  fi
  expect "$mistake, killed at random" '^ +(lost|duplicated|out of order|torn) +[1-9]' \
    "$programs/shiptrace_kill_harness" --kills 60 --emitter "$programs/sabotage/$emitter"
  expect "$mistake, killed at every instruction" 'killed at boundary [0-9]+' \
    "$programs/sabotage/$workers" --abort-after=1
done
(( failures == 0 )) || exit 1
