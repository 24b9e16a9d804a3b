#!/usr/bin/env bash
# long_or_short.sh LONG SHORT PROGRAM: runs the program with the first number where
# SHIPTRACE_TEST_LONG=1 asks for the long form, else with the second.
set -euo pipefail
if [[ ${SHIPTRACE_TEST_LONG:-} == 1 ]]; then exec "$3" "$1"; fi
exec "$3" "$2"
