# shellcheck shell=bash
# For the tests of this folder: a collector, and whether a program delivers its events to it. They
# source it with `build` (the build directory with the two programs) and `work` (an empty directory,
# removed at the end) set.

collector=
: "${build:?}" "${work:?}"
clean_up() {
  [[ -z $collector ]] || kill "$collector" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT

# logged NAME COMMAND…: its output is shown when it fails.
logged() {
  local log=$work/$1.log
  shift
  "$@" > "$log" 2>&1 || { cat "$log"; echo "FAILED: $*"; exit 1; }
}

start_collector() {
  local tick
  : > "$work/collector.log"  # read below, perhaps before the collector has opened it
  "$build/samples/collector/shiptrace-collector" --listen 127.0.0.1:0 --db "$work/trace.db" \
    > "$work/collector.log" 2>&1 &
  collector=$!
  for (( tick = 0; tick < 600; tick++ )); do
    endpoint=$(sed -n 's/.*listening on \(http:[^ ]*\).*/\1/p' "$work/collector.log" | head -1)
    [[ -z $endpoint ]] || return 0
    kill -0 "$collector" 2>/dev/null || break
    sleep 0.05
  done
  cat "$work/collector.log"
  echo "FAILED: the collector did not start"
  exit 1
}

# delivers NAME PROGRAM: the program (samples/hello) ends well, and the backend has its run.
delivers() {
  local status
  [[ -n $collector ]] || start_collector
  SHIPTRACE_ENDPOINT=$endpoint SHIPTRACE_JOURNAL_DIR=$work/journal-$1 "$2" ||
    { echo "FAILED: $1: the program has failed"; exit 1; }
  status=$("$build/samples/emitter/shiptrace" status --endpoint "$endpoint" --run run-1 --json)
  grep -qF '"COMPLETED"' <<<"$status" || { echo "FAILED: $1: the backend has no event: $status"; exit 1; }
  echo "$1: built, and its events are in the backend"
  # The next program uses the same run: it gets a backend of its own.
  kill "$collector"
  wait "$collector" 2>/dev/null || true
  collector=
  rm -f "$work"/trace.db*
}
