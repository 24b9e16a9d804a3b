#!/usr/bin/env bash
# Each C++ file names its license in its first line.
#   license_test.sh ROOT
set -euo pipefail
exec "$1/scripts/add-license.sh" --check "$1"
