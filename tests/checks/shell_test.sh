#!/usr/bin/env bash
# Every shell script passes shellcheck.
#   shell_test.sh ROOT
set -euo pipefail
cd "$1"
if ! command -v shellcheck >/dev/null; then
  echo "SKIPPED: no shellcheck; scripts/install-deps.sh --dev installs it"
  exit 77
fi
{ find scripts samples tests bench -name '*.sh' -print0; [[ ! -e .ci/run ]] || printf '.ci/run\0'; } |
  xargs -0 shellcheck --severity=warning
