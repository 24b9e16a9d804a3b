#!/usr/bin/env bash
# Runs every attack and prints one line for each: ok, FAILED or SKIPPED, and the figures.
#
#   tests/attack/run.sh [--kills N] [--build-dir DIR] [FILTER]
#
#   --kills N        how many workers to kill (default: 60)
#   --build-dir DIR  where shiptrace was built (default: build)
#   FILTER           only the area of that name (files, delivery, …), or the attacks whose names contain it
#
# Exit codes: 0 every promise held (or its attack was skipped) · 1 one was broken · 2 wrong usage, or no
# attack has that name.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)

build=$source/build kills=60 filter=
while (( $# > 0 )); do
  case $1 in
    --kills) kills=${2:?--kills needs a number}; shift ;;
    --build-dir) build=${2:?--build-dir needs a directory}; shift ;;
    -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    -*) echo "run.sh: unknown option $1; see --help" >&2; exit 2 ;;
    *) filter=$1 ;;
  esac
  shift
done

areas=(files delivery capture secrets tokens requests)
if [[ -n $filter && " ${areas[*]} " == *" $filter "* ]]; then areas=("$filter") filter='' only_area=yes; else only_area=no; fi

failed=0 lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
# attack TITLE PROGRAM
attack() {
  [[ -x $2 ]] || { echo "run.sh: $2 is missing; build it, or name another --build-dir" >&2; exit 2; }
  printf '\n%s\n' "--- $1"
  "$2" "$filter" | tee -a "$lines" || failed=1
}
for area in "${areas[@]}"; do
  attack "$area" "$build/tests/attack/$area/shiptrace_attack_$area"
done
if [[ $only_area == no ]]; then
  attack "backends" "$build/tests/faults/backend/shiptrace_fault_backend"
  attack "processes, disks" "$build/tests/faults/life/shiptrace_fault_life"
fi

# figure NAME: the number that the kill harness printed for it.
figure() { sed -nE "s/^ *$1 +([0-9,]+).*/\1/p" <<< "$report"; }
name="$kills workers killed by SIGKILL"
if [[ $only_area == no && $name == *"$filter"* ]]; then
  printf '\n%s\n' "--- kills"
  if report=$("$source/tests/faults/kill.sh" --kills "$kills" --build-dir "$build" 2>&1); then verdict=ok; else verdict=FAILED failed=1; fi
  printf '%-8s%-58s%s events compared, %s lost, %s duplicated, %s out of order, %s torn\n' "$verdict" "$name" \
    "$(figure 'events compared')" "$(figure lost)" "$(figure duplicated)" "$(figure 'out of order')" "$(figure torn)" |
    tee -a "$lines"
  [[ $verdict == ok ]] || printf '%s\n' "$report"
fi

# count VERDICT
count() { grep -c "^$1 " "$lines" || true; }
printf '\nFIGURES: attacks: %s held, %s broke a promise, %s skipped\n' "$(count ok)" "$(count FAILED)" "$(count SKIPPED)"
if [[ ! -s $lines ]]; then echo "run.sh: no attack has '$filter' in its name" >&2; exit 2; fi
exit $failed
