#!/usr/bin/env bash
# The README's example is the code of samples/worker, line for line, and its links lead somewhere.
#   readme_test.sh ROOT
set -euo pipefail
cd "$1"

example=$(awk '/^```cpp$/ {inside = 1; next} /^```$/ {inside = 0} inside' README.md)
compiled=$(sed -n '/^\/\/ \[example\]$/,/^\/\/ \[example end\]$/{/^\/\/ \[/d;p}' samples/worker/worker.cpp)
[[ $compiled == *"int main("* ]] || { echo "samples/worker/worker.cpp has no [example]"; exit 1; }
if [[ $example != "$compiled" ]]; then
  echo "the README's example is not the [example] of samples/worker/worker.cpp:"
  diff <(printf '%s\n' "$example") <(printf '%s\n' "$compiled") || true
  exit 1
fi

broken=0
for page in *.md docs/*.md docs/*/*.md; do
  [[ -e $page ]] || continue
  while IFS= read -r target; do
    [[ -e $(dirname "$page")/$target ]] || { echo "$page: broken link: $target"; broken=1; }
  done < <(sed '/^```/,/^```/d' "$page" | grep -oE '\]\([^)#]+(#[^)]*)?\)' | sed -E 's/^\]\(//; s/[#)].*$//' | grep -vE '^(https?|mailto):' || true)
done
exit $broken
