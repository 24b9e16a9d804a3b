#!/usr/bin/env bash
# The README's example is the code of samples/worker, line for line, and its links lead somewhere.
#   readme_test.sh ROOT
set -euo pipefail
cd "$1"

example=$(awk '/^```cpp$/ {inside = 1; next} /^```$/ {inside = 0} inside' README.md)
[[ $example == *"int main("* ]] || { echo "README.md has no example in a cpp block"; exit 1; }
if [[ $(cat samples/worker/main.cpp) != *"$example"* ]]; then
  echo "the README's example is not the code of samples/worker/main.cpp:"
  diff <(printf '%s\n' "$example") samples/worker/main.cpp || true
  exit 1
fi

broken=0
for page in *.md docs/*.md docs/*/*.md; do
  [[ -e $page ]] || continue
  while IFS= read -r target; do
    [[ -e $(dirname "$page")/$target ]] || { echo "$page: broken link: $target"; broken=1; }
  done < <(grep -oE '\]\([^)#]+(#[^)]*)?\)' "$page" | sed -E 's/^\]\(//; s/[#)].*$//' | grep -vE '^(https?|mailto):' || true)
done
exit $broken
