#!/usr/bin/env bash
# Embeds the sources with add_subdirectory, in a project that delivers its events to the collector.
#   embedded_test.sh BUILD_DIR SOURCE_DIR CXX_COMPILER
set -euo pipefail
build=$1 source=$2 compiler=$3
work=$(mktemp -d)
# shellcheck source=tests/install/backend.sh
. "$source/tests/install/backend.sh"

mkdir "$work/user"
cp "$source/tests/install/embedded/CMakeLists.txt" "$source/samples/hello/hello.cpp" "$work/user/"
logged configure cmake -S "$work/user" -B "$work/user/build" -DCMAKE_CXX_COMPILER="$compiler" -DSHIPTRACE_SOURCES="$source"
logged build cmake --build "$work/user/build" -j "$(nproc)" --target hello
delivers add_subdirectory "$work/user/build/hello"
