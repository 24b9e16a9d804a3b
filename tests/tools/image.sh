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
# What they depend on, as far as it is installed.
mapfile -t all < <(apt-cache depends --recurse --installed --no-recommends --no-suggests \
  --no-conflicts --no-breaks --no-replaces --no-enhances "${wanted[@]}" | grep -E '^[a-z0-9]' | sort -u)

list=$(mktemp)
trap 'rm -f "$list"' EXIT
{
  for package in "${all[@]}"; do dpkg-query -L "$package" 2>/dev/null || true; done |
    grep -vE '^/(\.$|usr/share/(doc|man|locale|info|lintian))|/__pycache__/' | sort -u |
    while read -r path; do if [[ -L $path || -f $path ]]; then printf '%s\n' "${path#/}"; fi; done
  # Links that no package owns: of the merged /usr, of alternatives, of the loader's cache.
  for path in /bin /sbin /lib /lib64 /etc/alternatives /etc/ld.so.cache /etc/passwd /etc/group \
              /etc/os-release /usr/bin/awk; do
    if [[ -e $path || -L $path ]]; then printf '%s\n' "${path#/}"; fi
  done
} | sort -u > "$list"

tar -C / --create --ignore-failed-read --files-from "$list" \
    -C "$here" --owner=0 --group=0 --transform 's,^fixtures,fixtures,' fixtures 2>/dev/null |
  docker import --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    --change 'ENV LANG=C' - "$name" >/dev/null
# Temporary files have a place in it.
docker build --quiet --tag "$name" - >/dev/null 2>&1 <<EOF || true
FROM $name
RUN mkdir -p /tmp /root && chmod 1777 /tmp
EOF
