#!/usr/bin/env bash
# The README's examples are the code of samples/hello and samples/worker, line for line, and the links
# of the documentation lead somewhere.
#   readme_test.sh ROOT
set -euo pipefail
cd "$1"

# quotes NUMBER FILE: the README's C++ block of this number is the [example] of the file.
quotes() {
  local quoted compiled
  quoted=$(awk -v wanted="$1" '/^```cpp$/ {inside = ++number == wanted; next} /^```$/ {inside = 0} inside' README.md)
  compiled=$(sed -n '/^\/\/ \[example\]$/,/^\/\/ \[example end\]$/{/^\/\/ \[/d;p}' "$2")
  [[ $compiled == *"int main("* ]] || { echo "$2 has no [example]"; exit 1; }
  if [[ $quoted != "$compiled" ]]; then
    echo "C++ block $1 of README.md is not the [example] of $2:"
    diff <(printf '%s\n' "$quoted") <(printf '%s\n' "$compiled") || true
    exit 1
  fi
}
quotes 1 samples/hello/hello.cpp
quotes 2 samples/worker/worker.cpp

broken=0
for page in *.md docs/*.md docs/*/*.md; do
  [[ -e $page ]] || continue
  while IFS= read -r target; do
    [[ -e $(dirname "$page")/$target ]] || { echo "$page: broken link: $target"; broken=1; }
  done < <(sed '/^```/,/^```/d' "$page" | grep -oE '\]\([^)#]+(#[^)]*)?\)' | sed -E 's/^\]\(//; s/[#)].*$//' | grep -vE '^(https?|mailto):' || true)
done
exit $broken
