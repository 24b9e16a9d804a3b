#!/usr/bin/env bash
# Makes an image that has the tools of this machine, without a network: the files of the packages
# that tests/tools needs, and of what they need.
#
#   image.sh NAME
#
# Exit codes: 0 made · 1 failed. Who uses it: as_container.cpp.
set -euo pipefail
name=${1:?image.sh needs the name of the image}
here=$(cd "$(dirname "$0")" && pwd)

wanted=()
for package in bash coreutils dash findutils grep gawk mawk sed procps nmap lynis gcc libc6-dev \
               python3-minimal python3 python3-pip hostname util-linux; do
  if dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii'; then wanted+=("$package"); fi
done
# Their installed dependencies.
mapfile -t all < <(apt-cache depends --recurse --installed --no-recommends --no-suggests \
  --no-conflicts --no-breaks --no-replaces --no-enhances "${wanted[@]}" | grep -E '^[a-z0-9]' | sort -u)

list=$(mktemp)
stage=$(mktemp -d)
trap 'rm -rf "$list" "$stage"' EXIT
{
  for package in "${all[@]}"; do dpkg-query -L "$package" 2>/dev/null || true; done |
    grep -vE '^/(\.$|usr/share/(doc|man|locale|info|lintian))|/__pycache__/' | sort -u |
    while read -r path; do if [[ -L $path || -f $path ]]; then printf '%s\n' "${path#/}"; fi; done |
    sed -E 's,^(bin|sbin|lib|lib64)/,usr/&,'  # where the files are that packages list by the old names
  # Links that no package owns: of the merged /usr, of alternatives, of the loader's cache.
  find /etc/alternatives -type l | sed 's|^/||'
  find /usr/lib /usr/bin /usr/sbin -type l -lname '/etc/alternatives/*' | sed 's|^/||'
  for path in /bin /sbin /lib /lib64 /etc/ld.so.cache /etc/passwd /etc/group \
              /etc/os-release /usr/bin/awk; do
    if [[ -e $path || -L $path ]]; then printf '%s\n' "${path#/}"; fi
  done
} | sort -u > "$list"

# Folders that no package has as files.
mkdir -p "$stage/tmp" "$stage/root" "$stage/var/log"
chmod 1777 "$stage/tmp"
cp -r "$here/fixtures" "$stage/fixtures"
chmod -R a+rX "$stage/fixtures"

tar --create --owner=0 --group=0 -C / --ignore-failed-read --no-recursion --files-from "$list" --recursion \
    -C "$stage" tmp root var fixtures |
  docker import --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    - "$name" >/dev/null
