#!/usr/bin/env bash
# Tries every attack and prints a table, one line for each: ok, FAILED or SKIPPED, and the figures.
#
#   tests/attack/run.sh [--build-dir DIR] [FILTER]
#
#   --build-dir DIR  where shiptrace was built (default: build)
#   FILTER           only the attacks whose names contain it
#
# Exit codes: 0 every attack failed or was skipped · 1 one succeeded · 2 wrong usage.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)

build=$source/build filter=
while (( $# > 0 )); do
  case $1 in
    --build-dir) build=${2:?--build-dir needs a directory}; shift ;;
    -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    -*) echo "run.sh: unknown option $1; see --help" >&2; exit 2 ;;
    *) filter=$1 ;;
  esac
  shift
done

failed=0
for table in files delivery capture secrets tokens requests; do
  program=$build/tests/attack/$table/shiptrace_attack_$table
  [[ -x $program ]] || { echo "run.sh: $program is missing; build it, or name another --build-dir" >&2; exit 2; }
  printf '\n%s\n' "--- $table"
  "$program" "$filter" || failed=1
done
exit $failed
