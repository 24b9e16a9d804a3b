#!/usr/bin/env bash
# From a fresh clone to events in a backend: installs what is missing, builds, starts the reference
# backend, runs an action in a container through the SDK, shows what the backend stored.
#
#   samples/quickstart.sh [--yes] [--no-docker] [--build-dir DIR]
#
#   --yes        install missing packages without asking
#   --no-docker  neither install nor start Docker: the action runs as a plain process
#   --build-dir  where to build (default: build)
#
# Needs Debian 12 or Ubuntu 24.04, and root or sudo if packages are missing or Docker has to be
# started. Everything that it starts, it stops at the end, also on Ctrl-C; of what it writes, only
# the build directory stays. Exit code 0: the backend says that the run has completed.
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)

docker=yes build=$source/build install_options=()
while (( $# > 0 )); do
  case $1 in
    --yes) install_options+=(--yes) ;;
    --no-docker) docker=no; install_options+=(--no-docker) ;;
    --build-dir) build=$(realpath -m "${2:?--build-dir needs a directory}"); shift ;;
    -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "quickstart: unknown option $1; see --help" >&2; exit 2 ;;
  esac
  shift
done

bold='' plain=''
if [[ -t 1 ]]; then bold=$'\033[1m' plain=$'\033[0m'; fi
say() { printf '\n%s==> %s%s\n' "$bold" "$*" "$plain"; }
fail() { printf '\nquickstart: %s\n' "$*" >&2; exit 1; }

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

say "Packages"
"$source/scripts/install-deps.sh" "${install_options[@]}" || fail "the packages are not complete; see above"

say "Build into $build"
if [[ ! -e $build/CMakeCache.txt ]]; then
  generator=()
  if command -v ninja >/dev/null; then generator=(-G Ninja); fi
  cmake -S "$source" -B "$build" "${generator[@]}"
fi
cmake --build "$build" -j "$(nproc)" --target shiptrace_cli shiptrace_collector || fail "the build failed; see above"
binary() {
  local found
  found=$(find "$build/samples" -type f -name "$1" -perm -u+x | head -1)
  [[ -n $found ]] || fail "the build has no $1"
  printf '%s' "$found"
}
shiptrace=$(binary shiptrace)
shiptrace_collector=$(binary shiptrace-collector)

work=$(mktemp -d /tmp/shiptrace-quickstart-XXXXXX)

say "Backend: shiptrace-collector on a free port, its database in $work"
"$shiptrace_collector" --listen 127.0.0.1:0 --db "$work/trace.db" > "$work/collector.log" 2>&1 &
collector=$!
endpoint=
for (( tick = 0; tick < 200; tick++ )); do
  endpoint=$(sed -n 's/.*listening on \(http:[^ ]*\).*/\1/p' "$work/collector.log" | head -1)
  [[ -z $endpoint ]] || break
  kill -0 "$collector" 2>/dev/null || break
  sleep 0.05
done
[[ -n $endpoint ]] || { cat "$work/collector.log" >&2; fail "the backend did not start"; }
echo "$endpoint"

# Sets DOCKER_HOST where a daemon of our own is needed; returns 1 where containers cannot run.
prepare_docker() {
  local answer
  if ! command -v docker >/dev/null; then echo "there is no docker client"; return 1; fi
  if timeout 10 docker version >/dev/null 2>&1; then
    echo "a daemon answers${DOCKER_HOST:+ at $DOCKER_HOST}; loading the image shiptrace/busybox:1 into it"
    "$source/scripts/docker-daemon.sh" image
    return
  fi
  daemon_dir=$work/docker
  echo "no daemon answers; starting one of our own in $daemon_dir"
  answer=$("$source/scripts/docker-daemon.sh" start "$daemon_dir") || return 1
  eval "$answer"
}

# What the action does: something on stdout, a warning on stderr, a result.
action='echo "hashing the shell"; echo "the network is off, as asked" >&2; sha256sum /bin/sh; uname -sr'

run=quickstart-$(date +%s)
options=(--endpoint "$endpoint" --journal-dir "$work/journal")
if [[ $docker == yes ]]; then
  say "Docker"
  if ! prepare_docker; then
    docker=no
    echo "Docker cannot run here (see above), so the action runs as a plain process"
  fi
fi
status=0
if [[ $docker == yes ]]; then
  say "Action: a container, traced by 'shiptrace docker'"
  "$shiptrace" docker "${options[@]}" --run "$run" --node scan-1 --timeout 60s shiptrace/busybox:1 sh -c "$action" || status=$?
else
  say "Action: a process, traced by 'shiptrace run'"
  "$shiptrace" run "${options[@]}" --run "$run" --node scan-1 --timeout 60s -- sh -c "$action" || status=$?
fi
(( status == 0 )) || fail "the action ended with $status"

say "What the backend stored: shiptrace tail --run $run"
"$shiptrace" tail --endpoint "$endpoint" --run "$run"

say "Its status: shiptrace status --run $run"
"$shiptrace" status --endpoint "$endpoint" --run "$run"

# The promise of this script, checked on what the backend answers.
events=$("$shiptrace" tail --endpoint "$endpoint" --run "$run" --json)
for part in '"type":"STARTED"' '"stream":"stdout"' '"stream":"stderr"' '"type":"COMPLETED"' '"outputSummary":'; do
  grep -qF "$part" <<<"$events" || fail "the backend's timeline lacks $part: $events"
done
"$shiptrace" status --endpoint "$endpoint" --run "$run" --json | grep -qF '"status":"COMPLETED"' ||
  fail "the backend does not say that the run has completed"

say "Done. The run has COMPLETED; everything that was started is being stopped."
