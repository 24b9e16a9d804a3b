#!/usr/bin/env bash
# Installs the Debian 12 or Ubuntu 24.04 packages that shiptrace needs and this machine lacks.
#
#   scripts/install-deps.sh [--yes] [--dev] [--no-docker]
#
#   --yes        do not ask, also when packages have to be removed (for CI)
#   --dev        what only contributors need as well: clang, clang-format, clang-tidy, ccache,
#                valgrind, what benchmarks compare with, the tools of tests/tools and, on
#                Debian, chromium for tests/attack (Ubuntu has it as a snap only)
#   --no-docker  leave out docker.io (containers are then not traced, and their tests skip)
#
# Says what it will do before it does it. With nothing to do it needs neither network nor root.
# Exit codes: 0 everything is there · 1 failed or refused · 2 wrong usage.
set -euo pipefail

assume_yes=no dev=no docker=yes
for option in "$@"; do
  case $option in
    --yes) assume_yes=yes ;;
    --dev) dev=yes ;;
    --no-docker) docker=no ;;
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
    fail "this script knows Debian 12 and Ubuntu 24.04, and this is '$system'. Install by hand: a C++20" \
      "compiler, cmake >= 3.25, Boost >= 1.81, fmt, simdjson, moodycamel's concurrentqueue, libcurl," \
      "sqlite3, OpenSSL, zlib, zstd, CLI11, doctest, docker and a static busybox."
    ;;
esac

packages=(g++ cmake make pkg-config ca-certificates git "$boost" libfmt-dev libsimdjson-dev
          libconcurrentqueue-dev libcurl4-openssl-dev libsqlite3-dev libssl-dev zlib1g-dev
          libzstd-dev libcli11-dev doctest-dev curl)
[[ $docker == no ]] || packages+=(docker.io busybox-static iproute2)
[[ $dev == no ]] || packages+=(clang clang-format clang-tidy libclang-rt-dev ccache ninja-build shellcheck
                              python3 valgrind libspdlog-dev
                              nmap lynis python3-pip procps  # tools that tests/tools wraps
                              "${browser[@]}")

installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | sed -n 's/^ii  *//p')
missing=()
for package in "${packages[@]}"; do
  grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
if (( ${#missing[@]} == 0 )); then
  echo "install-deps.sh: nothing to install"
  exit 0
fi
echo "install-deps.sh: missing packages: ${missing[*]}"

root=()
if (( $(id -u) != 0 )); then
  command -v sudo >/dev/null || fail "installing needs root, and there is no sudo; run as root: apt-get install ${missing[*]}"
  root=(sudo)
fi

apt() { "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"; }
options=(install --yes --no-install-recommends)

# Old package lists name files that the mirror has no more: update first.
echo "install-deps.sh: running ${root[*]:+sudo }apt-get update"
apt update -qq || echo "install-deps.sh: apt-get update failed; trying with the lists at hand" >&2

plan=$(apt "${options[@]}" --simulate "${missing[@]}") ||
  fail "apt cannot install them; try: apt-get install ${missing[*]}"
removed=$(sed -n 's/^Remv \([^ ]*\).*/\1/p' <<<"$plan")
if [[ -n $removed ]]; then
  echo "install-deps.sh: $boost cannot stand beside another Boost version. These packages would be REMOVED:"
  sed 's/^/  /' <<<"$removed"
fi
if [[ $assume_yes == no ]]; then
  # A removal is never done without an answer; an installation of missing packages may go on
  # where nobody can be asked.
  if [[ -t 0 ]]; then
    read -r -p "install-deps.sh: go on? [y/N] " answer
    [[ $answer == [yY]* ]] || fail "nothing was changed"
  elif [[ -n $removed ]]; then
    fail "packages would be removed and nobody can be asked; run with --yes to agree. Nothing was changed"
  fi
fi

echo "install-deps.sh: installing ${missing[*]}"
apt "${options[@]}" "${missing[@]}" || fail "apt-get install failed; see above"
echo "install-deps.sh: done"
