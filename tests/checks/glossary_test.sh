#!/usr/bin/env bash
# The tree uses none of the words that docs/glossary.md excludes, and scripts/check-glossary.py
# finds one in a comment, a page, a message and an identifier.
#   glossary_test.sh ROOT
set -euo pipefail
command -v python3 >/dev/null || { echo "SKIPPED: no python3; scripts/install-deps.sh --dev installs it"; exit 77; }
check=$1/scripts/check-glossary.py
"$check" "$1"

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failures=0

fresh() {
  rm -rf "${copy:?}"/*
  mkdir -p "$copy"/{docs,include/trace,tests,scripts}
  cp "$1/docs/glossary.md" "$copy/docs"
}

# found PHRASE FILE LINE…: with the lines in FILE the check fails and names PHRASE.
found() {
  local phrase=$1 file=$2 result
  shift 2
  fresh "$root"
  printf '%s\n' "$@" > "$copy/$file"
  if result=$("$check" "$copy"); then
    echo "not found in $file: $*"
    failures=$((failures + 1))
  elif [[ $result != "$file:"*"\"$phrase\""* ]]; then
    echo "found something else in $file: $result"
    failures=$((failures + 1))
  fi
}

# accepted FILE LINE…: with the lines in FILE the check succeeds.
accepted() {
  local file=$1 result
  shift
  fresh "$root"
  printf '%s\n' "$@" > "$copy/$file"
  if ! result=$("$check" "$copy"); then
    echo "refused: $result"
    failures=$((failures + 1))
  fi
}

root=$1
found "usual way" include/trace/planted.hpp '// Takes the usual way.'
found "usual way" include/trace/planted.hpp '// Takes the usual' '// way.'
found "usual way" include/trace/planted.hpp 'bool goes_usual_way();'
found "usual way" include/trace/planted.hpp 'struct UsualWay {};'
found "time out" docs/planted.md 'The Time-out is 5 s.'
found "tells" include/trace/planted.hpp 'const char* text = "it tells nothing";'
found "answered" scripts/planted.sh '# What was answered.'
accepted include/trace/planted.hpp '// The fast path returns; a timeout ends it.' 'int usual = 1;'
# shellcheck disable=SC2016
accepted docs/planted.md '`usual_way` in a code span, and a block:' '```' 'the usual way' '```'
accepted tests/planted.cpp 'const char* tool_output = "he tells";'

(( failures == 0 )) || exit 1
echo "every excluded word was found"
