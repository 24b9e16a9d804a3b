#!/usr/bin/env bash
# Builds shiptrace and runs its tests.
#
#   tests/run.sh [--all] [--build-dir DIR] [--no-sanitizers] [--no-docker]
#
#   --all            the long forms too: tests read SHIPTRACE_TEST_LONG=1 (5,000,000 captured lines
#                    are compared, for example), 1,000 emitters are killed, millions of lines without
#                    a secret are redacted, the fuzz targets run for ten minutes each, clang-tidy looks
#                    at every file
#   --build-dir DIR  where the main build goes (default: build); the sanitizer builds go beside it
#                    as DIR-asan-ubsan and DIR-tsan
#   --no-sanitizers  leave out the ASan+UBSan and TSan builds of the unit tests
#   --no-docker      leave out the tests that need a Docker daemon
#
# What the machine lacks is skipped, and the last lines say what and why; above them are the figures
# of tests that count something (lines that start with "FIGURES: "). With
# SHIPTRACE_REQUIRE_DOCKER=1 (as .ci/run sets it) the Docker tests may only be skipped when a daemon
# provably cannot be started. JOBS=n sets how many compilers run at a time.
# Exit codes: 0 passed (perhaps with skips) · 1 failed · 2 wrong usage.
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)

all=no sanitizers=yes docker=yes build=$source/build
while (( $# > 0 )); do
  case $1 in
    --all) all=yes ;;
    --build-dir) build=$(realpath -m "${2:?--build-dir needs a directory}"); shift ;;
    --no-sanitizers) sanitizers=no ;;
    --no-docker) docker=no ;;
    -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "run.sh: unknown option $1; see --help" >&2; exit 2 ;;
  esac
  shift
done
jobs=${JOBS:-$(nproc)}
began=$SECONDS
skipped=() failed=() figures=()

step() { printf '\n=== %s (%d s)\n' "$*" $((SECONDS - began)); }
skip() { skipped+=("$*"); printf 'SKIPPED: %s\n' "$*"; }

# cmake keeps the generator of a build directory; a new one gets ninja where it is installed.
configure() {
  local directory=$1 generator=()
  shift
  if [[ ! -e $directory/CMakeCache.txt ]] && command -v ninja >/dev/null; then generator=(-G Ninja); fi
  cmake -S "$source" -B "$directory" "${generator[@]}" "$@" > "$directory.configure.log" 2>&1 ||
    { cat "$directory.configure.log"; return 1; }
  rm -f "$directory.configure.log"
}

# run_ctest NAME DIRECTORY OPTION…: runs, and collects the skips with their reasons and the figures.
run_ctest() {
  local name=$1 directory=$2 log
  shift 2
  log=$directory/Testing/Temporary/LastTest.log
  ( cd "$directory" && "${in_fixed_memory[@]}" ctest --output-on-failure --no-tests=error "$@" ) || failed+=("$name")
  while IFS= read -r line; do skipped+=("$name: ${line#*SKIPPED: }"); done \
    < <(grep -ohE '^(\[doctest\] )?SKIPPED: .*' "$log" 2>/dev/null | sort -u)
  while IFS= read -r line; do figures+=("$name: ${line#FIGURES: }"); done \
    < <(grep -ohE '^FIGURES: .*' "$log" 2>/dev/null)
}

# Old sanitizer runtimes do not know the address space layout of new kernels.
in_fixed_memory=()

sanitized() {
  local name=$1
  shift
  step "unit tests under $name"
  if ! { configure "$build-$name" --preset "$name" && cmake --build "$build-$name" --target shiptrace_unit_tests -j "$jobs"; }; then
    failed+=("$name build")
    return
  fi
  setarch "$(uname -m)" -R true 2>/dev/null && in_fixed_memory=(setarch "$(uname -m)" -R)
  run_ctest "$name" "$build-$name" -R '^unit\.' -j "$jobs"
  in_fixed_memory=()
}

daemon_dir=
stop_daemon() {
  [[ -z $daemon_dir ]] || "$source/scripts/docker-daemon.sh" stop "$daemon_dir" || true
  daemon_dir=
}
trap stop_daemon EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Leaves DOCKER_HOST of a daemon with the test image, or SHIPTRACE_NO_DOCKER with the reason why
# there is none (tests/docker skips with it).
prepare_docker() {
  step "a Docker daemon"
  local answer status=0
  if docker version >/dev/null 2>&1 && "$source/scripts/docker-daemon.sh" image >/dev/null; then
    echo "using the running daemon${DOCKER_HOST:+ at $DOCKER_HOST}"
    return
  fi
  daemon_dir=$(mktemp -d /tmp/shiptrace-docker-XXXXXX)
  answer=$("$source/scripts/docker-daemon.sh" start "$daemon_dir" 2>"$build/docker-daemon.log") || status=$?
  cat "$build/docker-daemon.log" >&2
  if (( status == 0 )); then
    eval "$answer"
    echo "started one at $DOCKER_HOST"
    return
  fi
  if [[ ${SHIPTRACE_REQUIRE_DOCKER:-} == 1 && $status != 77 ]]; then failed+=("Docker daemon"); fi
  SHIPTRACE_NO_DOCKER=$(tail -1 "$build/docker-daemon.log")
  export SHIPTRACE_NO_DOCKER
  skip "tests with real containers: $SHIPTRACE_NO_DOCKER"
}

step "build"
mkdir -p "$build"
# Line numbers for backtraces; the rest of the debug information is a sixth of the compile time. A
# directory that was built before keeps what it has.
debug=()
[[ -e $build/CMakeCache.txt ]] || debug=(-DCMAKE_CXX_FLAGS_RELWITHDEBINFO='-O2 -g1 -DNDEBUG')
configure "$build" "${debug[@]}" -DSHIPTRACE_BUILD_TESTS=ON -DSHIPTRACE_BUILD_SAMPLES=ON -DSHIPTRACE_BUILD_BENCH=ON
cmake --build "$build" -j "$jobs"

if [[ $docker == yes ]]; then
  prepare_docker
else
  export SHIPTRACE_NO_DOCKER="left out with --no-docker"
fi

[[ $all == no ]] || export SHIPTRACE_TEST_LONG=1
step "tests"
run_ctest tests "$build"
stop_daemon

if [[ $sanitizers == yes ]]; then
  sanitized asan-ubsan
  sanitized tsan
fi

if [[ $all == yes ]]; then
  step "1,000 kills"
  "$source/tests/faults/kill.sh" --kills 1000 --build-dir "$build" || failed+=("1,000 kills")
  step "lines without a secret"
  "$source/tests/attack/tokens/corpora.sh" --long --build-dir "$build" || failed+=("corpora")
  step "clang-tidy"
  "$source/scripts/tidy.sh" "$build" || failed+=("clang-tidy")
  step "fuzz targets"
  if command -v clang++ >/dev/null; then
    { configure "$build-fuzz" --preset fuzz && cmake --build "$build-fuzz" -j "$jobs" &&
        "$source/tests/fuzz/run.sh" "$build-fuzz" 600 | tee "$build-fuzz/run.log"; } || failed+=("fuzz")
    while IFS= read -r line; do figures+=("${line#FIGURES: }"); done \
      < <(grep -ohE '^FIGURES: .*' "$build-fuzz/run.log" 2>/dev/null)
  else
    skip "fuzz targets: no clang++; scripts/install-deps.sh --dev installs it"
  fi
fi

step "done"
for line in "${figures[@]}"; do echo "FIGURES: $line"; done
for reason in "${skipped[@]}"; do echo "SKIPPED: $reason"; done
if (( ${#failed[@]} > 0 )); then
  for name in "${failed[@]}"; do echo "FAILED: $name"; done
  exit 1
fi
echo "PASSED${skipped[*]:+ (with the skips above)}"
