#!/usr/bin/env bash
# Builds the libraries alone, as a user without Boost and without the programs does, installs them and
# builds a user's project against them, which delivers its events to the collector.
#   libraries_test.sh static|shared BUILD_DIR SOURCE_DIR CXX_COMPILER
# shared: the prefix is moved before it is used; only the public API is exported.
set -euo pipefail
kind=$1 build=$2 source=$3 compiler=$4
work=$(mktemp -d)
# shellcheck source=tests/install/backend.sh
. "$source/tests/install/backend.sh"
if ! command -v "$compiler" >/dev/null; then
  echo "SKIPPED: no $compiler; scripts/install-deps.sh --dev installs it"
  exit 77
fi
shared=OFF
[[ $kind == static ]] || shared=ON

# Make keeps what each file includes in a file beside it.
logged configure cmake -S "$source" -B "$work/libraries" -G "Unix Makefiles" -DCMAKE_CXX_COMPILER="$compiler" \
  -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 -DBUILD_SHARED_LIBS=$shared -DSHIPTRACE_BUILD_SAMPLES=OFF \
  -DCMAKE_DISABLE_FIND_PACKAGE_Boost=ON -DCMAKE_INSTALL_LIBDIR=lib
logged libraries cmake --build "$work/libraries" -j "$(nproc)"
if users=$(grep -rlE '/boost/' "$work/libraries" --include='*.d'); then
  echo "FAILED: the libraries include Boost: $users"
  exit 1
fi
logged install cmake --install "$work/libraries" --prefix "$work/built"
mv "$work/built" "$work/prefix"
rm -rf "$work/libraries"

mkdir "$work/user"
cp "$source/tests/install/hello/CMakeLists.txt" "$source/samples/hello/hello.cpp" "$work/user/"
logged user-configure cmake -S "$work/user" -B "$work/user/build" -DCMAKE_CXX_COMPILER="$compiler" \
  -DCMAKE_PREFIX_PATH="$work/prefix"
logged user-build cmake --build "$work/user/build"
delivers "find_package, $kind, $("$compiler" --version | head -1)" "$work/user/build/hello"

[[ $kind == shared ]] || exit 0
library=$work/prefix/lib/libshiptrace_sdk.so
dynamic=$(readelf -d "$library" "$work/prefix/lib/libshiptrace.so")
grep -qF 'soname: [libshiptrace_sdk.so.0.1]' <<<"$dynamic" || { echo "FAILED: no SONAME in: $dynamic"; exit 1; }
grep -qF '[$ORIGIN]' <<<"$dynamic" || { echo "FAILED: no \$ORIGIN in: $dynamic"; exit 1; }
# Hidden are the classes behind the public ones, and what they use.
if exported=$(nm -DC --defined-only "$library" | grep -E ' [TtVv] .*trace::.*(Journal|Slab|Shipper|Encoder)[A-Za-z]*::' ); then
  echo "FAILED: internal symbols are exported:"
  head -5 <<<"$exported"
  exit 1
fi
# shellcheck disable=SC2046  # one word per option
logged pkg-config "$compiler" -std=c++20 "$work/user/hello.cpp" -o "$work/hello" -Wl,-rpath,"$work/prefix/lib" \
  $(PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig pkg-config --cflags --libs shiptrace)
delivers "pkg-config, shared" "$work/hello"
# A function beside the classes of the public headers.
cat > "$work/summary.cpp" <<'EOF'
#include <trace/summary.hpp>
int main() { return trace::summarise("x").empty() ? 1 : 0; }
EOF
# shellcheck disable=SC2046  # one word per option
logged summary "$compiler" -std=c++20 "$work/summary.cpp" -o "$work/summary" -Wl,-rpath,"$work/prefix/lib" \
  $(PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig pkg-config --cflags --libs shiptrace)
"$work/summary"
