#!/usr/bin/env bash
# Configures and builds the release preset with the benchmarks.
#   bench/build.sh DIR
# What a directory was configured with before stays: a compiler, peers (docs/benchmarks.md).
# Who uses it: run.sh, check.sh. JOBS=n sets how many compilers run at a time.
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
build=${1:?the build directory is missing}

generator=()
if [[ ! -e $build/CMakeCache.txt ]] && command -v ninja >/dev/null; then generator=(-G Ninja); fi
mkdir -p "$build"
cmake -S "$source" --preset release -B "$build" "${generator[@]}" -DSHIPTRACE_BUILD_BENCH=ON \
  > "$build/configure.log" 2>&1 || { cat "$build/configure.log" >&2; exit 1; }
cmake --build "$build" -j "${JOBS:-$(nproc)}" >&2
