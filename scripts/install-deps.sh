#!/usr/bin/env bash
# Installs the Debian 12 or Ubuntu 24.04 packages that shiptrace needs and this machine lacks.
#
#   scripts/install-deps.sh [--yes] [--dev] [--no-docker] [--check] [--verbose]
#
#   --yes        do not ask, also when packages have to be removed (for CI)
#   --dev        what only contributors need as well: clang (two versions), clang-format, clang-tidy, ccache,
#                valgrind, what benchmarks compare with, the tools of tests/tools and, on
#                Debian, chromium for tests/attack (Ubuntu has it as a snap only)
#   --no-docker  leave out docker.io (containers are then not traced, and their tests skip)
#   --check      install nothing: list what is missing, and fail when anything is
#   --verbose    show apt's output, which otherwise is shown only when apt fails
#
# Lists the packages and their sizes before it installs them, and asks where somebody can be asked.
# With nothing to install it needs neither network nor root.
# Exit codes: 0 nothing is missing · 1 failed or refused · 2 wrong usage.
set -euo pipefail

assume_yes=no dev=no docker=yes verbose=no check=no
for option in "$@"; do
  case $option in
    --yes) assume_yes=yes ;;
    --dev) dev=yes ;;
    --no-docker) docker=no ;;
    --verbose) verbose=yes ;;
    --check) check=yes ;;
    -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "install-deps.sh: unknown option $option; see --help" >&2; exit 2 ;;
  esac
done

fail() { printf 'install-deps.sh: %s\n' "$*" >&2; exit 1; }

# shellcheck source=/dev/null
system=$(. /etc/os-release 2>/dev/null && echo "${ID:-unknown} ${VERSION_ID:-}") || system=unknown
case $system in
  "debian 12") boost=libboost1.81-dev browser=(chromium) ;;  # libboost-dev is 1.74
  "ubuntu 24.04") boost=libboost1.83-dev browser=() ;;
  *)
    fail "unsupported system '$system': this script supports Debian 12 and Ubuntu 24.04. Install by hand:" \
      "a C++20 compiler, cmake >= 3.25, Boost >= 1.81, fmt, simdjson, moodycamel's concurrentqueue, libcurl >= 7.87," \
      "sqlite3, OpenSSL, zlib, zstd, CLI11, doctest, docker and a static busybox."
    ;;
esac

packages=(g++ cmake make pkg-config ca-certificates git "$boost" libfmt-dev libsimdjson-dev
          libconcurrentqueue-dev libcurl4-openssl-dev libsqlite3-dev libssl-dev zlib1g-dev
          libzstd-dev libcli11-dev doctest-dev curl)
[[ $docker == no ]] || packages+=(docker.io busybox-static iproute2)
[[ $dev == no ]] || packages+=(clang clang-19 clang-format clang-tidy libclang-rt-dev ccache ninja-build shellcheck
                              python3 python3-matplotlib valgrind jq libspdlog-dev
                              nmap lynis python3-pip procps  # tools that tests/tools wraps
                              zstd
                              "${browser[@]}")
# Other packages of Node bring npm, and conflict with Debian's.
[[ $dev == no ]] || command -v npm >/dev/null || packages+=(nodejs npm)

installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | sed -n 's/^ii  *//p')
missing=()
for package in "${packages[@]}"; do
  grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
if (( ${#missing[@]} == 0 )); then
  echo "install-deps.sh: no package is missing"
  exit 0
fi

[[ $check == no ]] || fail "missing: ${missing[*]}"

root=()
if (( $(id -u) != 0 )); then
  command -v sudo >/dev/null || fail "installing needs root, and there is no sudo; run as root: apt-get install ${missing[*]}"
  root=(sudo)
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C \
    apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "$@"
}
# Runs apt with its output in the log, which is shown when apt fails or with --verbose.
quiet_apt() {
  if [[ $verbose == yes ]]; then apt "$@"; return; fi
  apt "$@" > "$log" 2>&1 || { cat "$log" >&2; return 1; }
}

# The lists may name files that the mirror no longer has: update first.
quiet_apt update || echo "install-deps.sh: apt-get update failed; continuing with the present package lists" >&2

options=(install --no-install-recommends)
# --simulate changes nothing. --assume-no would install at once where no further package is needed,
# because apt asks only about those.
plan=$(apt "${options[@]}" --simulate "${missing[@]}" 2>&1) ||
  { printf '%s\n' "$plan" >&2; fail "apt cannot install the packages; see above"; }

# installed_size PACKAGE…: a line "name kilobytes" each.
installed_size() {
  apt-cache show --no-all-versions "$@" 2>/dev/null |
    awk '/^Package: / {name = $2} /^Installed-Size: / {print name, $2}'
}
sizes=$(installed_size "${missing[@]}" | awk '{printf "%s%s (%.1fMB)", between, $1, $2 / 1000; between = ", "}')
echo "install-deps.sh: missing packages and their size when installed:"
fold -s -w 98 <<<"${sizes:-${missing[*]}}" | sed 's/^/  /'
mapfile -t needed < <(sed -n 's/^Inst \([^ ]*\).*/\1/p' <<<"$plan")
echo "  with what they need: ${#needed[@]} packages," \
  "$(installed_size "${needed[@]}" | awk '{sum += $2} END {printf "%.0fMB", sum / 1000}') when installed"

removed=$(sed -n 's/^Remv \([^ ]*\).*/\1/p' <<<"$plan")
if [[ -n $removed ]]; then
  echo "install-deps.sh: $boost conflicts with another Boost version. These packages would be REMOVED:"
  sed 's/^/  /' <<<"$removed"
fi
if [[ $assume_yes == no ]]; then
  # A removal needs an answer. Without a terminal, missing packages are installed all the same.
  if [[ -t 0 ]]; then
    read -r -p "install-deps.sh: continue? [y/N] " answer
    [[ $answer == [yY]* ]] || fail "nothing was changed"
  elif [[ -n $removed ]]; then
    fail "packages would be removed, and there is no terminal to ask on; --yes agrees. Nothing was changed"
  fi
fi

quiet_apt "${options[@]}" --yes "${missing[@]}" || fail "apt-get install failed; see above"
echo "install-deps.sh: installed"
