#!/usr/bin/env bash
# The benchmarks' report does what docs/benchmarks.md says, on lines that are made up.
#   report_test.sh ROOT
set -euo pipefail
command -v python3 >/dev/null || { echo "SKIPPED: no python3; scripts/install-deps.sh --dev installs it"; exit 77; }
# The distribution's Python has the distribution's matplotlib.
PATH=/usr/bin:$PATH exec python3 -B "$1/bench/report/report_test.py"
