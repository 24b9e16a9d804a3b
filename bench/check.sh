#!/usr/bin/env bash
# Compares how many instructions the hot path and the encoding need per event with the committed
# numbers of bench/instructions.json. Instructions, unlike nanoseconds, are the same on a busy
# machine: this finds a regression of a few percent where no clock can.
#
#   bench/check.sh [--update] [--build-dir DIR]
#
#   --update         writes bench/instructions.json
#   --build-dir DIR  default: build-release
#
# Each program runs twice under valgrind, with a little and with more work; the difference, by the
# events in it, is what one event needs: what start and end cost falls out. Only the thread of main()
# counts, because what the others have done by its end differs from run to run.
# Exit codes: 0 nothing is dearer by more than 5 % · 1 something is · 2 wrong usage · 77 this cannot
# be checked here: no valgrind, or the numbers are another compiler's.
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
committed=$source/bench/instructions.json
little=10000 much=110000 tolerance=50  # per mille

update=no build=$source/build-release
while (( $# > 0 )); do
  case $1 in
    --update) update=yes ;;
    --build-dir) build=$(realpath -m "${2:?--build-dir needs a directory}"); shift ;;
    -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "check.sh: unknown option $1; see --help" >&2; exit 2 ;;
  esac
  shift
done
command -v valgrind >/dev/null || { echo "SKIPPED: no valgrind; scripts/install-deps.sh --dev installs it"; exit 77; }

"$source/bench/build.sh" "$build"

# instructions PATH ARGUMENT…: all that the program executes.
instructions() {
  local log collected
  log=$(valgrind --tool=callgrind --toggle-collect=main --callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null) ||
    { printf '%s\n' "$log" >&2; return 1; }
  collected=$(sed -nE 's/^==[0-9]+== Collected *: *([0-9]+).*/\1/p' <<< "$log" | tail -n 1)
  [[ -n $collected ]] || { printf 'no count in: %s\n' "$log" >&2; return 1; }
  echo "$collected"
}

# per_event PATH ARGUMENT…: rounded.
per_event() {
  local start all
  start=$(instructions "$@" --events "$little") || return
  all=$(instructions "$@" --events "$much") || return
  echo $(( (all - start + (much - little) / 2) / (much - little) ))
}

# Other compilers make other code. One line of the file is one member: check.sh itself wrote it.
about=$(find "$build/CMakeFiles" -name CMakeCXXCompiler.cmake | head -n 1)
of_compiler() { sed -n "s/^set(CMAKE_CXX_COMPILER_$1 \"\(.*\)\")/\1/p" "$about"; }
version=$(of_compiler VERSION)
compiler="$(of_compiler ID) ${version%%.*}, $(uname -m)"
expected_compiler=$(sed -nE 's/^ *"compiler": "(.*)",?$/\1/p' "$committed" 2>/dev/null || true)
if [[ $update == no && $expected_compiler != "$compiler" ]]; then
  echo "SKIPPED: $committed holds numbers of '${expected_compiler:-no compiler}', this is '$compiler'"
  exit 77
fi
declare -A expected=()
if [[ $update == no ]]; then
  while read -r name number; do expected[$name]=$number; done \
    < <(sed -nE 's/^ *"([^"]+)": ([0-9]+),?$/\1 \2/p' "$committed")
fi

failed=no
lines=("  \"compiler\": \"$compiler\"")
while IFS=$'\t' read -r name path short; do
  read -ra extra <<< "$short"
  now=$(per_event "$path" "${extra[@]}") || { echo "FAILED  $name: the program failed"; failed=yes; continue; }
  lines+=("  \"$name\": $now")
  before=${expected[$name]:-}
  unset "expected[$name]"
  if [[ $update == yes ]]; then
    echo "$name: $now instructions per event"
  elif [[ -z $before ]]; then
    echo "FAILED  $name: $now instructions per event, and no committed number; run bench/check.sh --update"
    failed=yes
  elif (( (now - before) * 1000 > tolerance * before )); then
    echo "FAILED  $name: $now instructions per event, $before before: more than 5 % dearer"
    failed=yes
  elif (( (before - now) * 1000 > tolerance * before )); then
    echo "cheaper $name: $now instructions per event, $before before; run bench/check.sh --update and commit it"
  else
    echo "same    $name: $now instructions per event, $before before"
  fi
done < "$build/bench/instructions.txt"
for name in "${!expected[@]}"; do
  echo "FAILED  $name: has a committed number, and no program counts it; run bench/check.sh --update"
  failed=yes
done
[[ $failed == no ]] || exit 1

if [[ $update == yes ]]; then
  { echo "{"; printf '%s\n' "${lines[@]}" | sed '$!s/$/,/'; echo "}"; } > "$committed"
  echo "wrote $committed"
fi
