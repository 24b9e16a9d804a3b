#!/usr/bin/env bash
# Installs the build into an empty prefix and builds users' projects against nothing but that: with
# find_package and with pkg-config. Each delivers its events to the collector.
#   install_test.sh BUILD_DIR SOURCE_DIR CXX_COMPILER
set -euo pipefail
build=$1 source=$2 compiler=$3
work=$(mktemp -d)
# shellcheck source=tests/install/backend.sh
. "$source/tests/install/backend.sh"
prefix=$work/prefix

logged install cmake --install "$build" --prefix "$prefix"

for file in bin/shiptrace bin/shiptrace-collector include/trace/trace.hpp include/trace/capture.hpp; do
  [[ -e $prefix/$file ]] || { echo "FAILED: not installed: $file"; exit 1; }
done
if leaks=$(grep -rIlF -e "$source/" -e "$build/" "$prefix"); then
  echo "FAILED: installed files that name the source or build tree: $leaks"
  exit 1
fi
if paths=$(grep -rnE '/[a-z0-9_./-]*lib[a-z0-9_-]+\.(so|a)\b' "$prefix"/lib*/ --include='*Targets*.cmake' --include='*.pc' |
           grep -v '_IMPORT_PREFIX'); then
  echo "FAILED: the installed targets name libraries by absolute paths: $paths"
  exit 1
fi

# The copy leaves no way back to the source tree.
cp -r "$source/tests/install/consumer" "$work/consumer"
mkdir "$work/worker"
cp "$source"/samples/worker/*.[ch]pp "$source/samples/hello/hello.cpp" "$work/worker/"
mv "$work/worker/hello.cpp" "$work/consumer/"
logged configure cmake -S "$work/consumer" -B "$work/build" -DCMAKE_BUILD_TYPE=Debug \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$prefix" -DSHIPTRACE_INCLUDE_DIR="$prefix/include" \
  -DWORKER_SOURCES="$(printf '%s;' "$work"/worker/*.cpp)"
logged build cmake --build "$work/build" -j "$(nproc)"

logged contract_only "$work/build/contract_only"
logged transports_alone "$work/build/transports_alone" "$work/events.ndjson" "$work/journal"
grep -q '"type":"COMPLETED"' "$work/events.ndjson"
"$prefix/bin/shiptrace" --help > /dev/null
"$prefix/bin/shiptrace-collector" --help > /dev/null
delivers find_package "$work/build/hello"

if command -v pkg-config >/dev/null; then
  pc=$(dirname "$(find "$prefix" -name shiptrace.pc)")
  # shellcheck disable=SC2046  # one word per option
  logged pkg-config "$compiler" -std=c++20 "$work/consumer/hello.cpp" -o "$work/hello" \
    $(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs shiptrace)
  delivers pkg-config "$work/hello"
else
  echo "SKIPPED: no pkg-config; scripts/install-deps.sh installs it"
fi
