#!/usr/bin/env bash
# Runs every line of the corpora that this machine has through the real redaction. None of these
# lines holds a secret of anybody, so what is redacted was recognised wrongly.
#
#   tests/attack/tokens/corpora.sh [--build-dir DIR] [--long] [--list]
#
#   --build-dir DIR  where shiptrace was built (default: build)
#   --long           all languages and packages' manuals, every Python; downloads Debian's manual
#                    pages where an image has none (default: what is there, a few seconds)
#   --list           prints each line that is redacted, before and after
#
# One line each: the corpus, its lines, how many are redacted; then their sum. Corpora: manual
# pages, C and C++ headers, Python's standard library, logs of npm, apt and dpkg.
# Exit codes: 0 at most one line in 100,000 is redacted · 1 more · 2 wrong usage.
set -euo pipefail
source=$(cd "$(dirname "$0")/../../.." && pwd)

build=$source/build long=no list=no
while (( $# > 0 )); do
  case $1 in
    --build-dir) build=${2:?--build-dir needs a directory}; shift ;;
    --long) long=yes ;;
    --list) list=yes ;;
    -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "corpora.sh: unknown option $1; see --help" >&2; exit 2 ;;
  esac
  shift
done
scan=$build/tests/attack/tokens/shiptrace_scan_tokens
[[ -x $scan ]] || { echo "corpora.sh: $scan is missing; build it, or name another --build-dir" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

lines=0 redacted=0
# scanned NAME: scans stdin and prints the corpus' line.
scanned() {
  local name=$1 of_name changed
  "$scan" > "$work/out"
  read -r of_name changed < <(tail -n 1 "$work/out")
  (( of_name > 0 )) || return 0
  printf '%-28s %9d lines, %3d redacted\n' "$name" "$of_name" "$changed"
  [[ $list == no ]] || sed '$d' "$work/out"
  lines=$((lines + of_name)) redacted=$((redacted + changed))
}
# of_files FIND-ARGUMENT…: their text, without compression.
of_files() { find "$@" -type f -print0 2>/dev/null | sort -z | xargs -0 -r zcat -qf 2>/dev/null || true; }

manuals=(/usr/share/man/man[1-8]) pages=$(find /usr/share/man -type f 2>/dev/null | wc -l)
if [[ $long == yes ]]; then manuals=(/usr/share/man); fi
if [[ $long == yes ]] && (( pages < 1000 )) && command -v dpkg-deb >/dev/null; then
  for package in manpages manpages-dev git-man openssl curl perl-doc systemd coreutils bash; do
    ( cd "$work" && apt-get -qq download "$package" && dpkg-deb -x "$package"_*.deb manuals ) \
      2>/dev/null || echo "corpora.sh: no $package to download" >&2
  done
  manuals+=("$work/manuals")
fi
scanned "manual pages" < <(of_files "${manuals[@]}")
headers=(/usr/include)
[[ $long == yes ]] || headers=(/usr/include -maxdepth 3)
scanned "C and C++ headers" < <(of_files "${headers[@]}")
libraries=()
while IFS= read -r library; do libraries+=("$library"); done < <(
  for python in python3 /usr/bin/python3; do
    command -v "$python" >/dev/null && "$python" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))'
  done | sort -u)
if [[ $long == yes ]]; then
  while IFS= read -r library; do libraries+=("$library"); done < <(
    find /usr/lib /usr/local/lib "$HOME/.pyenv/versions" -maxdepth 4 -type d -path '*/lib/python3.*' \
      -name 'python3.*' 2>/dev/null | grep -vFx "$(printf '%s\n' "${libraries[@]:-none}")" || true)
fi
for library in "${libraries[@]}"; do
  scanned "${library#"$HOME"/}" < <(of_files "$library" -name '*.py' -not -path '*-packages/*')
done
scanned "logs of npm" < <(of_files "$HOME/.npm/_logs" -name '*.log')
scanned "logs of apt and dpkg" < <(of_files /var/log/apt /var/log/dpkg.log -name '*.log*')

(( lines > 0 )) || { echo "SKIPPED: this machine has none of the corpora"; exit 0; }
printf '%-28s %9d lines, %3d redacted, %s in 100,000\n' "all of them" "$lines" "$redacted" \
  "$(awk -v r="$redacted" -v l="$lines" 'BEGIN { printf "%.2f", r * 100000 / l }')"
(( redacted * 100000 <= lines ))
