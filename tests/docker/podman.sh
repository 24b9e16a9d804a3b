#!/usr/bin/env bash
# Runs the tests of this folder against podman, with a storage of their own: podman.sh TESTS [OPTION…]
#
# For the tests, and for the library, `docker` is podman then, as Debian's podman-docker
# has it. Exit code 77 and a line "SKIPPED: …" where podman is missing or cannot run a container.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
tests=$1
shift

skip() { printf 'SKIPPED: tests with podman: %s\n' "$*"; exit 77; }
# The reason why Docker cannot run here does not apply to podman, unless neither is wanted.
[[ ${SHIPTRACE_NO_DOCKER:-} != *--no-docker* ]] || skip "$SHIPTRACE_NO_DOCKER"
unset SHIPTRACE_NO_DOCKER
podman=$(command -v podman) || skip "podman is not installed"

directory=$(mktemp -d /tmp/shiptrace-podman-XXXXXX)
clean_up() {
  docker rm --force --all >/dev/null 2>&1 || true
  docker image rm --force --all >/dev/null 2>&1 || true
  # Without root, what containers wrote belongs to users that only podman can be.
  rm -rf "$directory" 2>/dev/null || podman unshare rm -rf "$directory" 2>/dev/null || true
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir "$directory/bin"
cat > "$directory/bin/docker" <<EOF
#!/bin/sh
exec "$podman" --root "$directory/root" --runroot "$directory/run" --log-level error "\$@"
EOF
chmod 755 "$directory/bin/docker"
export PATH="$directory/bin:$PATH"
unset DOCKER_HOST

# The limits that podman gives a container by itself may be more than we may give.
printf '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]\n' \
  > "$directory/containers.conf"
export CONTAINERS_CONF=$directory/containers.conf

log=$directory/log
"$source/scripts/docker-daemon.sh" image >"$log" 2>&1 || skip "$(tail -1 "$log")"
docker run --rm --network none shiptrace/busybox:1 true >"$log" 2>&1 || skip "$(tail -1 "$log")"
# podman has no daemon that could be down.
"$tests" --test-case-exclude="*a daemon it is DOCKER_UNAVAILABLE,a daemon that never responds*" "$@"
