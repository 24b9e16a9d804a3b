#!/usr/bin/env bash
# A private Docker daemon, for the quickstart and for tests that need real containers.
#
#   scripts/docker-daemon.sh start DIR   starts dockerd with everything it owns below DIR, loads the
#                                        test image and prints "export DOCKER_HOST=unix://DIR/docker.sock"
#                                        (run it as: eval "$(scripts/docker-daemon.sh start DIR)").
#                                        Does nothing but print when it runs already.
#   scripts/docker-daemon.sh env DIR     prints the same line; exit 1 when no daemon runs there
#   scripts/docker-daemon.sh stop DIR    removes its containers, stops it, removes what it made
#   scripts/docker-daemon.sh image       loads the test image into the daemon that `docker` talks to
#
# The test image is shiptrace/busybox:1 (a static busybox with its applets in /bin, PATH=/bin, no
# network needed to get it). Networks: `none` always; `bridge` reaches the host and nothing beyond
# where the bridge can be made: no rule of the machine's firewall is touched.
#
# Exit codes: 0 done · 1 something is wrong · 77 Docker cannot run on this machine (the reason is
# on stderr). Needs root, or sudo, for start and stop. Nobody else's containers are touched.
#
# Who uses it: samples/quickstart.sh, tests/run.sh (it exports DOCKER_HOST for tests/docker).
set -euo pipefail

image=shiptrace/busybox:1
tag="docker-daemon.sh"

fail() { printf '%s: %s\n' "$tag" "$*" >&2; exit 1; }
cannot() { printf '%s: Docker cannot run here: %s\n' "$tag" "$*" >&2; exit 77; }
usage() { sed -n '/^#   scripts/,/^# *$/s/^# \{0,1\}//p' "$0" >&2; exit 2; }

command=${1:-}
[[ $command =~ ^(start|stop|env|image)$ ]] || usage
directory=${2:-}
if [[ $command != image ]]; then
  [[ $directory == /* ]] || fail "$command needs an absolute directory"
  # The path of a unix socket has at most 107 bytes; containerd's is the longest.
  (( ${#directory} <= 60 )) || fail "the directory's name is too long for a socket: $directory"
fi
group=${3:-$(id -g)}  # who may use the socket: the caller, when sudo has made us root

docker_host="unix://$directory/docker.sock"
log="$directory/dockerd.log"

command_line() { { tr '\0' ' ' < "/proc/$1/cmdline"; } 2>/dev/null; }

# The daemon's process id when it is alive and ours: ids are used again.
daemon_pid() {
  local pid
  pid=$(cat "$directory/dockerd.pid" 2>/dev/null) || return 1
  command_line "$pid" | grep -qF -- "--data-root $directory/data" || return 1
  printf '%s' "$pid"
}

responds() { DOCKER_HOST=$docker_host timeout 10 docker version >/dev/null 2>&1; }

become_root() {
  (( $(id -u) == 0 )) && return
  command -v sudo >/dev/null || cannot "a daemon needs root and there is no sudo"
  exec sudo -- bash "$0" "$command" "$directory" "$group"
}

load_image() {
  docker image inspect "$image" >/dev/null 2>&1 && return
  local busybox root applet
  busybox=$(command -v busybox) || fail "no busybox; scripts/install-deps.sh installs busybox-static"
  if ldd "$busybox" >/dev/null 2>&1; then fail "$busybox is not static; scripts/install-deps.sh installs busybox-static"; fi
  root=$(mktemp -d)
  mkdir -p "$root/bin" "$root/tmp" "$root/etc"
  chmod 1777 "$root/tmp"
  cp "$busybox" "$root/bin/busybox"
  for applet in $("$busybox" --list); do
    [[ $applet == busybox ]] || ln -s busybox "$root/bin/$applet"
  done
  tar -C "$root" --owner=0 --group=0 -c bin tmp etc |
    docker import --change 'ENV PATH=/bin' --change 'CMD ["/bin/sh"]' - "$image" >/dev/null
  rm -rf "$root"
}

# dockerd needs control groups; a bare virtual machine may have none mounted.
mount_cgroups() {
  [[ -n $(ls /sys/fs/cgroup 2>/dev/null) ]] && return
  printf '%s: no control groups are mounted; mounting cgroup2 at /sys/fs/cgroup\n' "$tag" >&2
  mount -t cgroup2 none /sys/fs/cgroup >&2 || cannot "no control groups, and they cannot be mounted"
}

# Prints the name of a bridge of our own, or "none".
make_bridge() {
  local name number
  number=$(printf '%s' "$directory" | cksum | cut -d' ' -f1)
  name=st$(printf '%x' "$number")
  if ip link add "$name" type bridge 2>/dev/null &&
     ip addr add "10.$((number % 50 + 200)).$((number / 50 % 250)).1/24" dev "$name" 2>/dev/null &&
     ip link set "$name" up 2>/dev/null; then
    printf '%s' "$name" | tee "$directory/bridge"
  else
    ip link delete "$name" 2>/dev/null || true
    printf none
  fi
}

# launch STORAGE BRIDGE: true if the daemon responds and a container runs.
launch() {
  local options=(--data-root "$directory/data" --exec-root "$directory/exec"
                 --pidfile "$directory/dockerd.pid" --host "$docker_host" --group "$group"
                 --bridge "$2" --iptables=false --ip-forward=false --ip-masq=false)
  [[ $1 == automatic ]] || options+=(--storage-driver "$1")
  : > "$log"
  setsid dockerd "${options[@]}" </dev/null >>"$log" 2>&1 &
  local pid=$! second
  for (( second = 0; second < 120; second++ )); do
    if responds; then break; fi
    kill -0 "$pid" 2>/dev/null || return 1
    sleep 0.5
  done
  DOCKER_HOST=$docker_host load_image >>"$log" 2>&1 || return 1
  DOCKER_HOST=$docker_host timeout 60 docker run --rm --network none "$image" true >>"$log" 2>&1
}

stop_daemon() {
  local pid containers tick
  if pid=$(daemon_pid); then
    containers=$(DOCKER_HOST=$docker_host timeout 10 docker ps -aq 2>/dev/null || true)
    # shellcheck disable=SC2086  # one word per container
    [[ -z $containers ]] || DOCKER_HOST=$docker_host timeout 60 docker rm -f $containers >/dev/null 2>&1 || true
    kill -TERM "$pid" 2>/dev/null || true
    for (( tick = 0; tick < 200; tick++ )); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
  fi
  kill_orphans
  grep -oF " $directory/" /proc/mounts >/dev/null && umount_below
  if [[ -s $directory/bridge ]]; then ip link delete "$(cat "$directory/bridge")" 2>/dev/null || true; fi
  rm -rf "${directory:?}"/{data,exec,docker.sock,dockerd.pid,bridge}
}

# A dockerd without a pid file yet, and what a dockerd that was killed leaves behind: its
# containerd, the shims of its containers and their processes.
kill_orphans() {
  local entry pid
  for entry in /proc/[0-9]*; do
    pid=${entry#/proc/}
    case $(command_line "$pid") in
      *"dockerd --data-root $directory/data "*) kill -KILL "$pid" 2>/dev/null || true ;;
      *"containerd-shim"*" $directory/exec/containerd/"*)
        # shellcheck disable=SC2046  # one word per process
        kill -KILL $(cat "$entry"/task/*/children 2>/dev/null) "$pid" 2>/dev/null || true
        ;;
      *"containerd --config $directory/exec/"*) kill -KILL "$pid" 2>/dev/null || true ;;
    esac
  done
}

umount_below() {
  local point
  awk -v below="$directory/" 'index($2, below) == 1 {print $2}' /proc/mounts | sort -r |
    while read -r point; do umount -l "$point" 2>/dev/null || true; done
}

case $command in
  image)
    load_image
    echo "$image"
    ;;
  env)
    responds || exit 1
    echo "export DOCKER_HOST=$docker_host"
    ;;
  stop)
    [[ -d $directory ]] || exit 0
    become_root
    stop_daemon
    rm -f "$log"
    rmdir "$directory" 2>/dev/null || true
    ;;
  start)
    if responds; then echo "export DOCKER_HOST=$docker_host"; exit 0; fi
    command -v dockerd >/dev/null || [[ -x /usr/sbin/dockerd ]] ||
      cannot "dockerd is not installed; scripts/install-deps.sh installs docker.io"
    command -v docker >/dev/null || cannot "the docker client is not installed"
    become_root
    export PATH="$PATH:/usr/sbin:/sbin"
    mkdir -p "$directory"
    chmod 755 "$directory"
    stop_daemon  # what a killed predecessor left
    mkdir -p "$directory"
    mount_cgroups
    bridge=$(make_bridge)
    for attempt in "automatic $bridge" "vfs $bridge" "vfs none"; do
      # shellcheck disable=SC2086  # two words
      if launch $attempt; then rm -f "$directory.failed.log"; echo "export DOCKER_HOST=$docker_host"; exit 0; fi
      cp "$log" "$directory.failed.log"
      stop_daemon
      [[ ${attempt##* } != none ]] && bridge=$(make_bridge)
    done
    grep -E 'level=(fatal|error)|^failed|rror' "$directory.failed.log" | tail -5 >&2 || tail -5 "$directory.failed.log" >&2
    cannot "the daemon does not start; its log is $directory.failed.log"
    ;;
esac
