#!/usr/bin/env bash
# From a fresh clone to events in a backend: installs missing packages, builds the two programs,
# starts the reference backend, runs an action in a container through the SDK and shows what the
# backend stored.
#
#   samples/quickstart.sh [--yes] [--no-docker] [--keep] [--verbose] [--build-dir DIR]
#
#   --yes        install missing packages without asking
#   --no-docker  neither install nor start Docker: the action runs as a plain process
#   --keep       leave the backend running at the end, and print its URL
#   --verbose    show the output of apt, cmake, the compiler and the Docker daemon
#   --build-dir  where to build (default: build-quickstart)
#
# Needs Debian 12 or Ubuntu 24.04, and root or sudo if packages are missing or Docker has to be
# started. It stops everything that it started, also on Ctrl-C; of the files that it writes, only the
# build directory stays (with --keep, the backend and its directory too).
# Exit codes: 0 the run has completed and the backend has it · 1 failed · 2 wrong usage.
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)

docker=yes keep=no verbose=no build=$source/build-quickstart install_options=()
while (( $# > 0 )); do
  case $1 in
    --yes) install_options+=(--yes) ;;
    --no-docker) docker=no; install_options+=(--no-docker) ;;
    --keep) keep=yes ;;
    --verbose) verbose=yes; install_options+=(--verbose) ;;
    --build-dir) build=$(realpath -m "${2:?--build-dir needs a directory}"); shift ;;
    -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "quickstart: unknown option $1; see --help" >&2; exit 2 ;;
  esac
  shift
done

bold='' plain=''
if [[ -t 1 ]]; then bold=$'\033[1m' plain=$'\033[0m'; fi
say() { printf '%s==> %s%s\n' "$bold" "$*" "$plain"; }
fail() { printf 'quickstart: %s\n' "$*" >&2; exit 1; }

work=
collector=
daemon_dir=
clean_up() {
  trap '' INT TERM
  if [[ -n $collector ]]; then
    kill "$collector" 2>/dev/null || true
    wait "$collector" 2>/dev/null || true
  fi
  [[ -z $daemon_dir ]] || "$source/scripts/docker-daemon.sh" stop "$daemon_dir" || true
  [[ -z $work ]] || rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
work=$(mktemp -d /tmp/shiptrace-quickstart-XXXXXX)

# Shows the progress of a build in one line.
progress() {
  local line
  while IFS= read -r line; do
    if [[ $line =~ ^\[[\ 0-9/%]+\] ]]; then printf '\r    %s ' "${BASH_REMATCH[0]}"; fi
  done
}

# quietly NAME COMMAND…: runs it. The end of its output is shown when it fails, all with --verbose; on a
# terminal, the progress of a build (a line "[12/99] …" or "[ 12%] …") is.
quietly() {
  local log=$work/$1.log status=0
  shift
  if [[ $verbose == yes ]]; then "$@"; return; fi
  if [[ -t 1 ]]; then
    "$@" 2>&1 | tee "$log" | progress || status=$?
    printf '\r                    \r'
  else
    "$@" > "$log" 2>&1 || status=$?
  fi
  (( status == 0 )) || tail -n 60 "$log" >&2
  return $status
}

"$source/scripts/install-deps.sh" "${install_options[@]}" || fail "packages are missing; see above"

say "Building shiptrace and shiptrace-collector in $build (a few minutes)"
if [[ ! -e $build/CMakeCache.txt ]]; then
  generator=()
  if command -v ninja >/dev/null; then generator=(-G Ninja); fi
  # Compiled for a first look, so with -O1; another compiler's new warnings are no reason to stop.
  quietly configure cmake -S "$source" -B "$build" "${generator[@]}" --compile-no-warning-as-error \
    -DCMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" || fail "cmake could not configure the build; see above"
fi
began=$SECONDS
quietly build cmake --build "$build" -j "$(nproc)" --target shiptrace_cli shiptrace_collector || fail "the build failed; see above"
echo "    built in $((SECONDS - began)) s"
shiptrace=$build/samples/emitter/shiptrace
shiptrace_collector=$build/samples/collector/shiptrace-collector

: > "$work/collector.log"  # read below, perhaps before the backend has opened it
"$shiptrace_collector" --listen 127.0.0.1:0 --db "$work/trace.db" > "$work/collector.log" 2>&1 &
collector=$!
endpoint=
for (( tick = 0; tick < 200; tick++ )); do
  endpoint=$(sed -n 's/.*listening on \(http:[^ ]*\).*/\1/p' "$work/collector.log" | head -1)
  [[ -z $endpoint ]] || break
  kill -0 "$collector" 2>/dev/null || break
  sleep 0.05
done
[[ -n $endpoint ]] || { cat "$work/collector.log" >&2; fail "the backend did not start; see above"; }
say "The backend is listening on $endpoint"

# Sets DOCKER_HOST where a daemon of our own is needed; returns 1 where containers cannot run.
prepare_docker() {
  local exported
  if ! command -v docker >/dev/null; then echo "    there is no docker client"; return 1; fi
  if timeout 10 docker version >/dev/null 2>&1; then
    quietly image "$source/scripts/docker-daemon.sh" image
    return
  fi
  daemon_dir=$work/docker
  exported=$("$source/scripts/docker-daemon.sh" start "$daemon_dir") || return 1
  eval "$exported"
}

# What the action does: something on stdout, a warning on stderr, a result.
action='echo "hashing the shell"; echo "warning: the network is off" >&2; sha256sum /bin/sh; uname -sr'

run=quickstart-$(date +%s)
options=(--endpoint "$endpoint" --journal-dir "$work/journal" --run "$run" --node scan-1 --timeout 60s)
if [[ $docker == yes ]] && ! prepare_docker; then
  docker=no
  echo "    Docker cannot run here (see above); the action runs as a plain process"
fi
status=0
if [[ $docker == yes ]]; then
  say "shiptrace docker --run $run --node scan-1 shiptrace/busybox:1 sh -c '…'"
  "$shiptrace" docker "${options[@]}" shiptrace/busybox:1 sh -c "$action" || status=$?
else
  say "shiptrace run --run $run --node scan-1 -- sh -c '…'"
  "$shiptrace" run "${options[@]}" -- sh -c "$action" || status=$?
fi
(( status == 0 )) || fail "the action exited with $status"

say "shiptrace finish --run $run"
"$shiptrace" finish --endpoint "$endpoint" --journal-dir "$work/journal" --run "$run"
say "shiptrace tail --run $run"
"$shiptrace" tail --endpoint "$endpoint" --run "$run"
say "shiptrace status --run $run"
"$shiptrace" status --endpoint "$endpoint" --run "$run"

# The script's promise, checked against what the backend returns.
events=$("$shiptrace" tail --endpoint "$endpoint" --run "$run" --json)
for part in '"type":"STARTED"' '"stream":"stdout"' '"stream":"stderr"' '"type":"COMPLETED"' '"outputSummary":'; do
  grep -qF "$part" <<<"$events" || fail "the backend's timeline lacks $part: $events"
done
"$shiptrace" status --endpoint "$endpoint" --run "$run" --json | grep -qF '"status":"COMPLETED"' ||
  fail "the backend does not report the run as completed"

say "Done: the run has COMPLETED and the backend has each of its events"
echo "Programs:  $shiptrace"
echo "           $shiptrace_collector"
if [[ $keep == yes ]]; then
  # The backend outlives this script, with its directory; a daemon of our own does not.
  disown "$collector"
  echo "Backend:   $endpoint (process $collector, database $work/trace.db)"
  echo "           stop it: kill $collector && rm -r $work"
  [[ -z $daemon_dir ]] || "$source/scripts/docker-daemon.sh" stop "$daemon_dir" || true
  collector='' daemon_dir='' work=''
else
  echo "Backend:   stopped; --keep leaves it running, or: $shiptrace_collector --db trace.db &"
  endpoint=http://127.0.0.1:8400
fi
echo "Your tool: $shiptrace run --endpoint $endpoint --run r1 --node build -- make -j2"
echo "           $shiptrace tail --endpoint $endpoint --run r1"
