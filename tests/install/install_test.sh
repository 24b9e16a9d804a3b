#!/usr/bin/env bash
# Installs the build into an empty prefix and builds a user's project against nothing but that.
#   install_test.sh BUILD_DIR SOURCE_DIR CXX_COMPILER
set -euo pipefail
build=$1 source=$2 compiler=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix

cmake --install "$build" --prefix "$prefix" > "$work/install.log" || { cat "$work/install.log"; exit 1; }

for file in bin/shiptrace bin/shiptrace-collector include/trace/trace.hpp include/trace/capture.hpp; do
  [[ -e $prefix/$file ]] || { echo "not installed: $file"; exit 1; }
done
if leaks=$(grep -rIlF -e "$source/" -e "$build/" "$prefix"); then
  echo "installed files that name the source or build tree: $leaks"
  exit 1
fi

# The copy leaves no way back to the source tree.
cp -r "$source/tests/install/consumer" "$work/consumer"
mkdir "$work/worker"
cp "$source"/samples/worker/*.[ch]pp "$work/worker/"
cmake -S "$work/consumer" -B "$work/build" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER="$compiler" \
  -DCMAKE_PREFIX_PATH="$prefix" -DSHIPTRACE_INCLUDE_DIR="$prefix/include" \
  -DWORKER_SOURCES="$(printf '%s;' "$work"/worker/*.cpp)" > "$work/configure.log" ||
  { cat "$work/configure.log"; exit 1; }
cmake --build "$work/build" -j "$(nproc)"

"$work/build/contract_only"
"$work/build/transports_alone" "$work/events.ndjson" "$work/journal"
grep -q '"type":"COMPLETED"' "$work/events.ndjson"
"$prefix/bin/shiptrace" --help > /dev/null
"$prefix/bin/shiptrace-collector" --help > /dev/null
echo "installed, built and linked outside the tree"
