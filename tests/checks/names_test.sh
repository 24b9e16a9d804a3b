#!/usr/bin/env bash
# No file or folder has a name that says nothing, every header opens with prose, no file grows
# beyond 500 lines.
#   names_test.sh ROOT
set -euo pipefail
cd "$1"
failures=0
report() { echo "$*"; failures=$((failures + 1)); }

while IFS= read -r path; do
  report "$path: a name that says nothing; name what it is"
done < <(find include sdk adapters samples tests bench -regextype posix-extended \
           -iregex '.*/(|.*_)(utils?|common|managers?|helpers?|misc|stuff)(_.*|)(\.[^/]*|)')

while IFS= read -r header; do
  [[ $(sed -n '1{/SPDX/!p}; 2{1!p}' "$header" | head -n 1) == '// '* ]] || report "$header: opens with what it is, who uses it, on which thread"
done < <(find include sdk adapters samples tests bench -name '*.hpp')

while IFS= read -r file; do
  lines=$(wc -l < "$file")
  (( lines <= 500 )) || report "$file: $lines lines; split it at an idea (limit 500)"
done < <(find include sdk adapters samples tests bench -name '*.[ch]pp')

(( failures == 0 )) || exit 1
