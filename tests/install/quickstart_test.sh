#!/usr/bin/env bash
# The README's first command on a machine that has the packages, without a compiler cache: it ends
# well, prints at most 40 lines and takes at most 300 CPU-seconds.
#   quickstart_test.sh SOURCE_DIR
set -euo pipefail
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

options=()
[[ -z ${SHIPTRACE_NO_DOCKER:-} ]] || options=(--no-docker)
if ! lacking=$("$source/scripts/install-deps.sh" --check "${options[@]}" 2>&1); then
  echo "SKIPPED: $lacking"
  exit 77
fi

TIMEFORMAT='%U %S'
status=0
{ time CCACHE_DISABLE=1 "$source/samples/quickstart.sh" "${options[@]}" --build-dir "$work/build" > "$work/output" 2>&1; } \
  2> "$work/time" || status=$?
cat "$work/output"
(( status == 0 )) || { echo "FAILED: quickstart.sh: exit code $status"; exit 1; }

lines=$(wc -l < "$work/output")
seconds=$(awk '{printf "%d", $1 + $2}' "$work/time")
echo "FIGURES: first command: $seconds CPU-seconds, $lines lines"
(( lines <= 40 )) || { echo "FAILED: $lines lines; the limit is 40"; exit 1; }
(( seconds <= 300 )) || { echo "FAILED: $seconds CPU-seconds; the limit is 300"; exit 1; }
