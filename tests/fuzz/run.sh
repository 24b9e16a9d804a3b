#!/usr/bin/env bash
# Runs fuzz targets for a while each, from seeds of their own kind on, two at a time (JOBS=n: n).
#   tests/fuzz/run.sh BUILD_DIR SECONDS [TARGET…]     all targets, if none is named
# Of each it says how many inputs it ran; what a target found is left in BUILD_DIR/findings.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
build=$(realpath "$1") seconds=$2
corpus=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$corpus"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir "$corpus"/{events,levels,capture,answer,journal,redactor,tokens}
# The contract's vectors, a seed per line.
find "$source/tests/contract" -name '*.ndjson' -exec cat {} + |
  awk -v dir="$corpus/events" '{ file = dir "/" NR; printf "%s", $0 > file; close(file) }'
# Lines of the tests of levels and stack traces, one seed per file.
cp "$source"/tests/unit/levels/{level_detector,json_log,stack_trace}_test.cpp "$corpus/levels"
# The same a line at a time: what a tool prints, without the quotes of C++.
grep -hoE '"[^"]{8,}' "$source/tests/unit/levels/level_detector_test.cpp" | cut -c 2- |
  awk -v dir="$corpus/levels" '{ file = dir "/line" NR; printf "%s", $0 > file; close(file) }'
grep -hoE 'R"\([^)]*\)"' "$source/tests/unit/levels/json_log_test.cpp" | sed -E 's/^R"\(|\)"$//g' |
  awk -v dir="$corpus/levels" '{ file = dir "/json" NR; printf "%s", $0 > file; close(file) }'
# Output with progress, rows that are drawn again, links, secrets and long lines.
printf '\0\0\1\20one\r\n 10%%\r 20%%\r\033[K\n\033]8;;http://h/\033\\link\033]8;;\a\nhunter2-secret' > "$corpus/capture/1"
printf '\1\1\7\100a 0%%\nb 0%%\n\033[2A\033[2K\ra 9%%\n\033[2K\rb 9%%\nTraceback (most recent call last):\n  File "x"\n' \
  > "$corpus/capture/2"
printf '\2\3\3\377{"level":"warn","msg":"x","a":1}\n\302\23331mred\355\240\200\360\237\b\b' > "$corpus/capture/3"
# A response of each status.
answer='{"runs":[{"runId":"r","accepted":1,"duplicates":1,"rejected":[{"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV-0-000000000007",
"reason":"timestamp"}],"through":{"01ARZ3NDEKTSV4RRFFQ69G5FAV-0":2},"cursor":"MQ==","status":"CANCELLED"}]}'
for status in {0..13}; do
  printf "\\0\\x0$(printf %x "$status")2\n/x\nzstd, gzip\n%s" "$answer" > "$corpus/answer/$status"
done
# A secret of 13 bytes in a text of literals and forms; three short ones that overlap.
printf '\1\15corr\n"hor/se"xtext \200\0\300\1\7\5 more' > "$corpus/redactor/long"
printf '\203\3aab\3aba\3babx\17aaabababaababba' > "$corpus/redactor/short"
printf '\0x\17?token=abcdef\17 Bearer a1b2c3d\17://u:password@h' > "$corpus/redactor/tokens"
# A row's text, the context of a value, a run.
for row in {0..120}; do
  printf "\\x40\\x$(printf %x "$row")\\xb9\\x28 \\x80\\x2\\x40\\x$(printf %x "$row")\\x70\\x0\\xbb\\x20" > "$corpus/tokens/$row"
done

targets=("${@:3}")
(( ${#targets[@]} > 0 )) || targets=(events levels capture answer journal redactor tokens)
if [[ " ${targets[*]} " == *" journal "* ]]; then
  "$build/tests/fuzz/shiptrace_fuzz_journal" --write-seeds "$corpus/journal"
fi
findings=$build/findings
mkdir -p "$findings"

# The exit status is the target's. libFuzzer says at its end how many inputs it ran.
fuzz() {
  local target=$1 log=$corpus/$1.log status=0
  (cd "$corpus/$target" &&
    "$build/tests/fuzz/shiptrace_fuzz_$target" -max_total_time="$seconds" -print_final_stats=1 -verbosity=0 \
      -artifact_prefix="$findings/$target-" .) > "$log" 2>&1 || status=$?
  local runs
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  if (( status == 0 )); then
    echo "FIGURES: fuzz $target: ${runs:-no} inputs in $seconds s, no finding"
  else
    cat "$log"
    echo "fuzz $target: FAILED with $status; the input is in $findings"
  fi
  return "$status"
}

failed=0 running=0
for target in "${targets[@]}"; do
  if (( running == ${JOBS:-2} )); then
    wait -n || failed=1
    running=$((running - 1))
  fi
  fuzz "$target" &
  running=$((running + 1))
done
while (( running > 0 )); do
  wait -n || failed=1
  running=$((running - 1))
done
exit $failed
