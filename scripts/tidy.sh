#!/usr/bin/env bash
# Runs clang-tidy with the checks of .clang-tidy.
#
#   scripts/tidy.sh BUILD_DIR [FILE…]     the given files, else every source file; BUILD_DIR has been
#                                         configured (it holds compile_commands.json)
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
build=$(realpath "${1:?the build directory is missing}")
shift
command -v clang-tidy >/dev/null || { echo "no clang-tidy; scripts/install-deps.sh --dev installs it" >&2; exit 1; }
cd "$source"

files=("$@")
if (( ${#files[@]} == 0 )); then
  mapfile -t files < <(find sdk adapters samples bench -name '*.cpp' | sort)
fi
# Compilers' options that clang does not know are not a finding.
printf '%s\0' "${files[@]}" |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy --quiet --config-file=.clang-tidy -p "$build" --extra-arg=-Wno-unknown-warning-option \
    2> >(grep -v ' warnings\? generated\.$' >&2)
echo "clang-tidy: ${#files[@]} files are clean"
