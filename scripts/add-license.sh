#!/usr/bin/env bash
# Adds "// SPDX-License-Identifier: Apache-2.0" to each C++ file that lacks it: as the first line, before
# the prose that opens a header.
#   scripts/add-license.sh [--check] [ROOT]
#   --check   changes nothing; lists the files that lack the line, exit code 1 when there are any
# Who uses it: contributors, checks.license (tests/checks).
set -euo pipefail
check=no
if [[ ${1:-} == --check ]]; then check=yes; shift; fi
cd "${1:-$(dirname "$0")/..}"
line='// SPDX-License-Identifier: Apache-2.0'

lacking=0
while IFS= read -r -d '' file; do
  [[ $(head -n 1 "$file") == "$line" ]] && continue
  lacking=$((lacking + 1))
  if [[ $check == yes ]]; then
    echo "$file: the first line is not: $line"
  else
    sed -i "1i $line" "$file"
  fi
done < <(find include sdk adapters samples tests bench -name '*.[ch]pp' -print0)

if [[ $check == no ]]; then
  echo "added to $lacking files"
elif (( lacking > 0 )); then
  echo "run: scripts/add-license.sh"
  exit 1
fi
