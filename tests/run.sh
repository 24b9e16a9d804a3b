#!/usr/bin/env bash
# Builds shiptrace and runs its tests: a line for each suite, then figures, skips and failures.
#
#   tests/run.sh [--ci | --all] [--build-dir DIR] [--no-sanitizers] [--no-docker]
#
#   (nothing)        unit, contract, checks, capture, transports, CLI, collector, Docker: at most ten
#                    minutes on two cores, build included
#   --ci             all suites: attacks, kills and sabotaged builds, secrets, volume, real tools, readers,
#                    installation and the first command, unit tests under ASan+UBSan and TSan
#   --all            --ci in its long forms: tests read SHIPTRACE_TEST_LONG=1 (5,000,000 captured
#                    lines are compared, for example), 1,000 emitters are killed, millions of lines
#                    without a secret are redacted, the fuzz targets run for ten minutes each,
#                    clang-tidy reads every file
#   --build-dir DIR  where the main build goes (default: build); the sanitizer builds go beside it
#                    as DIR-asan-ubsan and DIR-tsan
#   --no-sanitizers  leave out the ASan+UBSan and TSan builds
#   --no-docker      leave out the tests that need a Docker daemon
#
# The full output of a suite is in DIR/suite-NAME.log. The last lines are, in this order: the figures
# of tests that count something (FIGURES), what the machine lacks and was skipped for it (SKIPPED),
# the lines that say why a test failed, each failure (FAILED), the totals. With
# SHIPTRACE_REQUIRE_DOCKER=1 (set by .ci/run) the Docker tests may only be skipped when a daemon
# provably cannot be started. JOBS=n sets how many compilers run at a time.
# Exit codes: 0 passed (perhaps with skips) · 1 failed · 2 wrong usage.
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)

extent=default sanitizers=yes docker=yes build=$source/build
while (( $# > 0 )); do
  case $1 in
    --ci) extent=ci ;;
    --all) extent=all ;;
    --build-dir) build=$(realpath -m "${2:?--build-dir needs a directory}"); shift ;;
    --no-sanitizers) sanitizers=no ;;
    --no-docker) docker=no ;;
    -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "run.sh: unknown option $1; see --help" >&2; exit 2 ;;
  esac
  shift
done
[[ $extent != default ]] || sanitizers=no
jobs=${JOBS:-$(nproc)}
began=$SECONDS
passed_tests=0 failed_tests=0 skipped_tests=0
figures=() skipped=() failed=() reasons=()

# line NAME RESULT SECONDS: what the reader sees of a step.
line() { printf '%-12s %s in %d s\n' "$1" "$2" "$3"; }
fail() { failed+=("$1"); failed_tests=$((failed_tests + 1)); }

# why LOG: the lines of a log that say why something failed, 25 at most.
why() {
  local lines
  lines=$(grep -E 'FAILED|ERROR|[Ee]rror\b|error:|SUMMARY:|WARNING: ThreadSanitizer|runtime error|\*\*\*' "$1" | tail -n 25 || true)
  [[ -n $lines ]] || lines=$(tail -n 25 "$1")
  cut -c1-400 <<<"$lines"
}

# step NAME COMMAND…: runs it with its output in DIR/suite-NAME.log.
step() {
  local name=$1 log=$build/suite-$1.log status=0 start=$SECONDS
  shift
  "$@" > "$log" 2>&1 || status=$?
  collect "$name" "$log"
  if (( status == 0 )); then
    line "$name" succeeded $((SECONDS - start))
  else
    line "$name" FAILED $((SECONDS - start))
    fail "$name"
    reasons+=("--- $name ($log)"$'\n'"$(why "$log")")
  fi
  return $status
}

# collect NAME LOG: its FIGURES and SKIPPED lines, as the last lines of this script show them.
collect() {
  local text
  while IFS= read -r text; do skipped+=("$1: ${text#*SKIPPED: }"); done \
    < <(grep -ohE '^(\[doctest\] )?SKIPPED: .*' "$2" | sort -u)
  while IFS= read -r text; do figures+=("$1: ${text#FIGURES: }"); done < <(grep -ohE '^FIGURES: .*' "$2")
}

# cmake keeps the generator of a build directory; a new one gets ninja where it is installed.
configure() {
  local directory=$1 generator=()
  shift
  if [[ ! -e $directory/CMakeCache.txt ]] && command -v ninja >/dev/null; then generator=(-G Ninja); fi
  cmake -S "$source" -B "$directory" "${generator[@]}" "$@"
}
configure_and_build() {
  local directory=$1 targets=$2
  shift 2
  configure "$directory" "$@" || return
  # shellcheck disable=SC2086  # one word per target; none builds everything
  cmake --build "$directory" -j "$jobs" ${targets:+--target $targets}
}

# suite NAME DIRECTORY OPTION…: runs ctest, counts, and keeps what failed tests print.
suite() {
  local name=$1 directory=$2 log=$build/suite-$1.log start=$SECONDS status=0 test
  local passed failures skips
  shift 2
  ( cd "$directory" && "${in_fixed_memory[@]}" ctest --verbose --no-tests=error "$@" ) > "$log" 2>&1 || status=$?
  sed -E 's/^[0-9]+: //' "$log" > "$log.plain"
  collect "$name" "$log.plain"
  rm -f "$log.plain"
  passed=$(grep -cE '^ *[0-9]+/[0-9]+ Test .* Passed ' "$log" || true)
  skips=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*Skipped ' "$log" || true)
  failures=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*' "$log" || true)
  failures=$((failures - skips))
  (( status == 0 || failures > 0 )) || failures=1
  passed_tests=$((passed_tests + passed)) skipped_tests=$((skipped_tests + skips))
  line "$name" "$passed passed, $failures failed, $skips skipped" $((SECONDS - start))
  (( failures == 0 )) && return
  while IFS= read -r test; do
    fail "$name: ${test#*:}"
    grep -E "^${test%%:*}: " "$log" | sed -E 's/^[0-9]+: //' > "$log.test" || true
    [[ -s $log.test ]] || cp "$log" "$log.test"
    reasons+=("--- $name: ${test#*:} ($log)"$'\n'"$(why "$log.test")")
    rm -f "$log.test"
  done < <(sed -nE '/\(Skipped\)/d; s/^[[:space:]]+([0-9]+) - ([^ ]+) \(.*/\1:\2/p' "$log" | grep . || echo "0:$name")
}

# Old sanitizer runtimes do not know the address space layout of new kernels.
in_fixed_memory=()

# The sanitizer builds use what the suites leave idle; most of these wait for processes.
sanitizer_builds=
build_with_sanitizers() {
  local name
  rm -f "$build"/{asan-ubsan,tsan}.status
  set -m  # a process group of its own, to end it with its compilers
  (
    chrt --idle --pid 0 "$BASHPID" || true
    for name in asan-ubsan tsan; do
      status=0
      configure_and_build "$build-$name" shiptrace_unit_tests --preset "$name" > "$build/$name.log" 2>&1 || status=$?
      echo $status > "$build/$name.status"
    done
  ) 2>/dev/null &
  sanitizer_builds=$!
  set +m
}
# built_with NAME: waits for that build; its output and exit code.
built_with() {
  while [[ ! -s $build/$1.status ]] && kill -0 "$sanitizer_builds" 2>/dev/null; do sleep 1; done
  cat "$build/$1.log"
  return "$(cat "$build/$1.status" || echo 1)"
}

sanitized() {
  local name=$1
  step "$name-build" built_with "$name" || return 0
  setarch "$(uname -m)" -R true 2>/dev/null && in_fixed_memory=(setarch "$(uname -m)" -R)
  suite "$name" "$build-$name" -R '^unit\.' -j "$jobs"
  in_fixed_memory=()
}

daemon_dir=
stop_daemon() {
  [[ -z $daemon_dir ]] || "$source/scripts/docker-daemon.sh" stop "$daemon_dir" || true
  daemon_dir=
}
stop_all() {
  [[ -z $sanitizer_builds ]] || kill -- -"$sanitizer_builds" 2>/dev/null || true
  stop_daemon
}
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Sets DOCKER_HOST of a daemon with the test image, or SHIPTRACE_NO_DOCKER to the reason why there is
# none (tests/docker skips with it).
prepare_docker() {
  local exported status=0 log=$build/suite-daemon.log
  if docker version >/dev/null 2>&1 && "$source/scripts/docker-daemon.sh" image >/dev/null; then return; fi
  daemon_dir=$(mktemp -d /tmp/shiptrace-docker-XXXXXX)
  exported=$("$source/scripts/docker-daemon.sh" start "$daemon_dir" 2>"$log") || status=$?
  if (( status == 0 )); then
    eval "$exported"
    return
  fi
  SHIPTRACE_NO_DOCKER=$(tail -1 "$log")
  export SHIPTRACE_NO_DOCKER
  skipped+=("tests with real containers: $SHIPTRACE_NO_DOCKER")
  if [[ ${SHIPTRACE_REQUIRE_DOCKER:-} == 1 && $status != 77 ]]; then
    fail "Docker daemon"
    reasons+=("--- Docker daemon"$'\n'"$(why "$log")")
  fi
}

finish() {
  local text
  echo
  for text in "${figures[@]}"; do echo "FIGURES: $text"; done
  for text in "${skipped[@]}"; do echo "SKIPPED: $text"; done
  for text in "${reasons[@]}"; do printf '%s\n' "$text"; done
  for text in "${failed[@]}"; do echo "FAILED: $text"; done
  echo "after $((SECONDS - began)) s:"
  echo "$passed_tests passed, $failed_tests failed, $skipped_tests skipped"
  (( failed_tests == 0 )) || exit 1
  echo "PASSED${skipped[*]:+ (with the skips above)}"
  exit 0
}

mkdir -p "$build"
suites=(unit contract checks capture transport cli collector docker)
bench=OFF targets=${suites[*]/#/suite.}
if [[ $extent != default ]]; then
  suites+=(faults attack secrets volume tools readers install)
  bench=ON targets=
fi
[[ $extent != all ]] || export SHIPTRACE_TEST_LONG=1

# Line numbers for backtraces; the rest of the debug information is a sixth of the compile time. A
# directory that was built before keeps what it has.
debug=()
[[ -e $build/CMakeCache.txt ]] || debug=(-DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_FLAGS_RELWITHDEBINFO='-O2 -g1 -DNDEBUG')
step build configure_and_build "$build" "$targets" "${debug[@]}" -DSHIPTRACE_BUILD_TESTS=ON \
  -DSHIPTRACE_BUILD_SAMPLES=ON -DSHIPTRACE_BUILD_BENCH=$bench || finish

if [[ $docker == yes ]]; then
  prepare_docker
else
  export SHIPTRACE_NO_DOCKER="left out with --no-docker"
fi
[[ $sanitizers == no ]] || build_with_sanitizers
for name in "${suites[@]}"; do
  parallel=()  # the other suites start processes, and measure their time
  [[ $name != unit ]] || parallel=(-j "$jobs")
  suite "$name" "$build" -L "^$name\$" "${parallel[@]}"
done
stop_daemon

if [[ $sanitizers == yes ]]; then
  sanitized asan-ubsan
  sanitized tsan
fi

if [[ $extent == all ]]; then
  step kills "$source/tests/faults/kill.sh" --kills 1000 --build-dir "$build" || true
  step corpora "$source/tests/attack/tokens/corpora.sh" --long --build-dir "$build" || true
  step tidy "$source/scripts/tidy.sh" "$build" || true
  if command -v clang++ >/dev/null; then
    step fuzz-build configure_and_build "$build-fuzz" "" --preset fuzz &&
      step fuzz "$source/tests/fuzz/run.sh" "$build-fuzz" 600 || true
  else
    skipped+=("fuzz targets: no clang++; scripts/install-deps.sh --dev installs it")
  fi
fi
finish
