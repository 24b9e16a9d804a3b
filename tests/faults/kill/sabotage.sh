#!/usr/bin/env bash
# Whether the proof by killing can fail: each mistake of sabotage/*.patch is built into an emitter, a
# few of these are killed, and the harness has to find what they lost or tore.
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

# found OUTPUT: the harness came to its end and counted something.
found() { grep -qE '^ +(lost|duplicated|out of order|torn) +[1-9]' <<<"$1"; }

failures=0
for patch in "$here"/sabotage/*.patch; do
  name=$(basename "$patch" .patch)
  target=shiptrace_kill_emitter_$name
  if ! log=$(cmake --build "$build" --target "$target" 2>&1); then
    printf '%s\n%s: cannot be built; does the patch still apply?\n' "$log" "$name"
    failures=$((failures + 1))
  elif output=$("$programs/shiptrace_kill_harness" --kills 12 --emitter "$programs/sabotage/$target" 2>&1); then
    printf '%s\n%s: NOT caught\n' "$output" "$name"
    failures=$((failures + 1))
  elif ! found "$output"; then
    printf '%s\n%s: NOT caught, the harness failed for another reason\n' "$output" "$name"
    failures=$((failures + 1))
  else
    grep -E '^ +(lost|duplicated|out of order|torn) +[1-9]' <<<"$output"
    echo "$name: caught"
  fi
done
(( failures == 0 )) || exit 1
