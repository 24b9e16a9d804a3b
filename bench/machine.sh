#!/usr/bin/env bash
# The machine's banner: what a reader has to know to judge the figures, as lines "name: value".
#   bench/machine.sh BUILD_DIR
# Omits values that cannot be read. Who uses it: run.sh.
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
build=${1:?the build directory is missing}

say() { local words; read -ra words <<< "$2"; [[ -z $2 ]] || printf '%s: %s\n' "$1" "${words[*]}"; }
first_line_of() { head -n 1 "$1" 2>/dev/null || true; }
from_cache() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
file_system() { df --output=fstype,source "$1" 2>/dev/null | tail -n 1 | awk '{print $1 " on " $2}' || true; }

cpu=/sys/devices/system/cpu
compiler=$(from_cache CMAKE_CXX_COMPILER)
[[ -x $compiler ]] && compiler=$("$compiler" --version | head -n 1)
# shellcheck source=/dev/null
distribution=$(. /etc/os-release 2>/dev/null && echo "${PRETTY_NAME:-}") || distribution=
hypervisor=$(lscpu 2>/dev/null | sed -n 's/^Hypervisor vendor: *//p') || true

say "date" "$(date -u '+%Y-%m-%d %H:%M UTC')"
say "commit" "$(git -C "$source" describe --always --dirty --abbrev=12 2>/dev/null || true)"
say "CPU" "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)"
say "cores" "$(nproc --all), $(nproc) of them allowed"
say "hypervisor" "$hypervisor"
say "governor" "$(first_line_of $cpu/cpu0/cpufreq/scaling_governor)"
say "clock source" "$(first_line_of /sys/devices/system/clocksource/clocksource0/current_clocksource)"
say "memory" "$(awk '/^MemTotal/ {printf "%.1f GiB", $2 / 1048576}' /proc/meminfo)"
say "kernel" "$(uname -sr)"
say "distribution" "$distribution"
say "compiler" "$compiler"
say "build" "$(from_cache CMAKE_BUILD_TYPE), $(from_cache CMAKE_CXX_FLAGS) $(from_cache CMAKE_CXX_FLAGS_RELEASE)"
say "disk" "${TMPDIR:-/tmp}: $(file_system "${TMPDIR:-/tmp}")"
say "shared memory" "/dev/shm: $(file_system /dev/shm)"
