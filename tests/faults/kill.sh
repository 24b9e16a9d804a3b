#!/usr/bin/env bash
# The kill harness. Emitters that record as fast as two threads can, on the same runs,
# are killed with SIGKILL at random instants and started again; so are `shiptrace recover` while it
# delivers what they left and, now and then, the collector. At the end everything is recovered and
# each event whose record() had returned has to be in the store: once, whole and in order.
#
#   tests/faults/kill.sh [--kills N] [--seed S] [--build-dir DIR]
#
#   --kills N        how many emitters to kill (default: 60); 1000 take less than 25 minutes
#   --seed S         repeats the random choices of a run, as far as a machine can repeat anything
#   --build-dir DIR  where shiptrace was built (default: build)
#
# Exit codes: 0 nothing was lost, duplicated, reordered or torn, and at least 90 % of the kills
# found events in flight · 1 otherwise · 2 wrong usage.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)

build=$source/build options=()
while (( $# > 0 )); do
  case $1 in
    --kills | --seed) options+=("$1" "${2:?$1 needs a number}"); shift ;;
    --build-dir) build=${2:?--build-dir needs a directory}; shift ;;
    -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "kill.sh: unknown option $1; see --help" >&2; exit 2 ;;
  esac
  shift
done
harness=$build/tests/faults/kill/shiptrace_kill_harness
[[ -x $harness ]] || { echo "kill.sh: $harness is missing; build it, or name another --build-dir" >&2; exit 2; }
exec "$harness" "${options[@]}"
