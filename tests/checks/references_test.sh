#!/usr/bin/env bash
# Every name of a file in comments and pages exists, and scripts/check-references.py finds one that
# does not.
#   references_test.sh ROOT
set -euo pipefail
command -v python3 >/dev/null || { echo "SKIPPED: no python3; scripts/install-deps.sh --dev installs it"; exit 77; }
check=$1/scripts/check-references.py
"$check" "$1"

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failures=0

fresh() {
  rm -rf "${copy:?}"/*
  mkdir -p "$copy"/{docs/decisions,sdk/ship,tests/unit}
  touch "$copy"/sdk/ship/shipper.{hpp,cpp} "$copy"/docs/decisions/0010-truncated.md
  printf '# Page\n\n## The chain\n' > "$copy/docs/page.md"
}

# found NAME FILE LINE: with the line in FILE the check fails and names NAME.
found() {
  fresh
  printf '%s\n' "$3" > "$copy/$2"
  if result=$("$check" "$copy"); then
    echo "not found in $2: $3"
    failures=$((failures + 1))
  elif [[ $result != *": $1 does not exist" ]]; then
    echo "found something else in $2: $result"
    failures=$((failures + 1))
  fi
}

# accepted FILE LINE: with the line in FILE the check succeeds.
accepted() {
  fresh
  printf '%s\n' "$2" > "$copy/$1"
  if ! result=$("$check" "$copy"); then
    echo "refused: $result"
    failures=$((failures + 1))
  fi
}

found ship/threads.hpp sdk/ship/planted.hpp '// The thread around it (ship/threads.hpp).'
found threads.cpp sdk/ship/planted.cpp 'int x;  // as in threads.cpp'
found tests/integration sdk/ship/planted.cpp '// see tests/integration'
found docs/decisions/0011 tests/unit/planted.sh '# docs/decisions/0011 says why.'
found decisions/0011-plans.md docs/planted.md 'See [plans](decisions/0011-plans.md).'
found 'page.md#the-end' docs/planted.md 'See [the end](page.md#the-end).'
accepted sdk/ship/planted.hpp '// shipper.hpp, ship/shipper.cpp, sdk/ship, tests/unit and docs/decisions/0010.'
accepted sdk/ship/planted.cpp '#include "somewhere/else.hpp"'
# shellcheck disable=SC2016
accepted docs/planted.md 'See [the chain](page.md#the-chain), `sdk/X` and https://example.org/a/file.md.'

(( failures == 0 )) || exit 1
echo "every wrong name was found"
