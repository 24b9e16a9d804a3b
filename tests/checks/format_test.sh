#!/usr/bin/env bash
# Every C++ file is formatted as .clang-format says: clang-format 14, since versions differ.
#   format_test.sh ROOT
set -euo pipefail
cd "$1"
formatter=
for candidate in clang-format-14 clang-format; do
  if "$candidate" --version 2>/dev/null | grep -q 'version 14\.'; then formatter=$candidate; break; fi
done
if [[ -z $formatter ]]; then
  echo "SKIPPED: no clang-format 14; scripts/install-deps.sh --dev installs Debian 12's"
  exit 77
fi
find include sdk adapters samples tests bench -name '*.[ch]pp' -print0 |
  xargs -0 "$formatter" --dry-run --Werror ||
  { echo "run: $formatter -i on the files above"; exit 1; }
