#!/usr/bin/env bash
# Runs each ```sh block of README.md, CONTRIBUTING.md and docs/*.md as a reader would, with the programs
# of the build in PATH and a collector on port 8400, and compares the output that the README shows with
# that of the same command.
#   commands_test.sh ROOT BUILD_DIR
#
# A comment in the line before a block says what differs:
#   <!-- ci: FILE… -->          another test runs these commands; the files exist
#   <!-- ci: no, REASON -->     nothing runs them
#   <!-- needs: PROGRAM -->     skipped where the program is missing (docker: where no daemon responds)
#   <!-- exit: STATUS -->       the block ends with this status instead of 0
set -euo pipefail
root=$1 build=$2
if (( $(id -u) == 0 )) && [[ ${in_namespace:-no} == no ]] && command -v ip >/dev/null && unshare --net --pid --fork true 2>/dev/null; then
  # A network of its own: port 8400 is free, and everything ends with this script.
  in_namespace=yes exec unshare --net --pid --fork --kill-child --mount-proc "$0" "$@"
fi
[[ ${in_namespace:-no} == no ]] || ip link set lo up
if curl -s -o /dev/null http://127.0.0.1:8400/; then
  echo "SKIPPED: something else listens on port 8400, which the examples use"
  exit 77
fi
work=$(mktemp -d)
collector='' groups=()
# Our collector, and what earlier blocks left in the background.
stop_everything() {
  local group tick
  for group in "${groups[@]}"; do kill -- "-$group" 2>/dev/null || true; done
  [[ -z $collector ]] || kill "$collector" 2>/dev/null || true
  for (( tick = 0; tick < 200; tick++ )); do
    listening || break
    sleep 0.05
  done
  collector='' groups=()
}
trap 'stop_everything; if [[ -n ${made_scanner:-} ]]; then docker rmi scanner:3 >/dev/null 2>&1 || true; fi; rm -rf "$work"' EXIT

mkdir "$work/bin"
ln -s "$build/samples/emitter/shiptrace" "$build/samples/collector/shiptrace-collector" "$work/bin/"
export PATH=$work/bin:$PATH URL=http://127.0.0.1:8400 LC_ALL=C.UTF-8 API_KEY=not-a-real-key TZ=UTC
unset SHIPTRACE_ENDPOINT SHIPTRACE_RUN SHIPTRACE_NODE TRACEPARENT
export SHIPTRACE_JOURNAL_DIR=$work/journal XDG_STATE_HOME=$work/state
listening() { curl -s -o "$work/curl" "$URL/"; }
await="until curl -s -o '$work/curl' $URL/; do sleep 0.05; done"
ran=0 failures=0
declare -A elsewhere=()

have() {
  case $1 in
    docker) [[ -z ${SHIPTRACE_NO_DOCKER:-} ]] && timeout 10 docker version >/dev/null 2>&1 && scanner_image ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# scanner:3, the image of the examples: prints its arguments.
scanner_image() {
  local container
  # An image of the user's own is left alone.
  if docker image inspect scanner:3 >/dev/null 2>&1; then [[ -n ${made_scanner:-} ]]; return; fi
  made_scanner=yes
  "$root/scripts/docker-daemon.sh" image >/dev/null
  container=$(docker create shiptrace/busybox:1)
  docker commit --change 'ENTRYPOINT ["/bin/echo", "scanning"]' "$container" scanner:3 >/dev/null
  docker rm "$container" >/dev/null
}

# A small project to build, and what else the examples name.
enter() {
  mkdir -p "$work/$1"
  cd "$work/$1"
  printf 'main: main.c\n\tcc -o main main.c\n' > Makefile
  echo 'int main(void) { return 0; }' > main.c
  echo '[]' > targets.json
}

# run_block PAGE LINE STATUS FILE
run_block() {
  local page=$1 line=$2 expected=$3 script=$4 status=0
  if grep -q '^shiptrace-collector' "$script"; then
    stop_everything
    sed -i "s|^shiptrace-collector.*|&\n$await|" "$script"
  elif ! listening; then
    shiptrace-collector --listen 127.0.0.1:8400 --db "$work/trace.db" > "$work/collector.log" 2>&1 &
    collector=$!
    eval "$await"
  fi
  # A live stream does not end by itself.
  sed -Ei 's/^(curl -N [^#]*)(#.*)?$/timeout 2 \1 || (( $? == 124 ))/' "$script"
  setsid timeout 300 bash -e "$script" > "$work/output" 2>&1 < /dev/null &
  groups+=($!)
  wait $! || status=$?
  ran=$((ran + 1))
  (( status == expected )) && return
  echo "FAILED: $page:$line: status $status instead of $expected from:"
  cat "$script"
  tail -n 20 "$work/output"
  failures=$((failures + 1))
}

run_page() {
  local page=$1 number=0 text note='' inside=no first=0 last=''
  enter "$(basename "$page" .md)"
  while IFS= read -r text; do
    number=$((number + 1))
    if [[ $inside == yes ]]; then
      if [[ $text == '```' ]]; then
        inside=no
        block_ends "$page" "$first" "$note"
      else
        printf '%s\n' "$text" >> "$work/block"
      fi
    elif [[ $text == '```sh' ]]; then
      inside=yes first=$number note=$last
      : > "$work/block"
    fi
    last=$text
  done < "$root/$page"
}

block_ends() {
  local page=$1 line=$2 note=$3 status=0 file
  case $note in
    '<!-- ci: no, '*' -->') elsewhere[no]+=" $page:$line"; return ;;
    '<!-- ci: '*' -->')
      note=${note#<!-- ci: }
      for file in ${note% -->}; do
        [[ -e $root/$file ]] || { echo "FAILED: $page:$line: there is no $file"; failures=$((failures + 1)); }
      done
      elsewhere[tests]+=" $page:$line"
      return
      ;;
    '<!-- needs: '*' -->')
      note=${note#<!-- needs: }
      have "${note% -->}" || { echo "SKIPPED: $page:$line needs ${note% -->}"; return; }
      ;;
    '<!-- exit: '*' -->') note=${note#<!-- exit: }; status=${note% -->} ;;
  esac
  run_block "$page" "$line" "$status" "$work/block"
}

# The README shows, after "$ shiptrace tail", what that prints of a failed build.
compare_shown() {
  enter shown
  echo 'int main(void) { return x; }' > main.c
  shiptrace run --run shown --node build -- make -j2 > "$work/output" 2>&1 || true
  shiptrace tail --run shown > "$work/printed"
  awk '/^\$ shiptrace tail/ {inside = 1; next} inside && /^```$/ {exit} inside' "$root/README.md" > "$work/expected"
  # Dates, times and directories differ.
  sed -Ei 's/[0-9]{4}-[0-9]{2}-[0-9]{2}/DATE/; s/[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}/TIME/; s/^( +took ).*/\1FACTS/' "$work/printed" "$work/expected"
  diff "$work/expected" "$work/printed" && return
  echo "FAILED: README.md does not show what shiptrace tail prints (above: < README, > real)"
  failures=$((failures + 1))
}

cd "$root"
for page in README.md CONTRIBUTING.md docs/*.md; do run_page "$page"; done
listening || { shiptrace-collector --listen 127.0.0.1:8400 --db "$work/trace.db" >/dev/null 2>&1 & collector=$!; eval "$await"; }
compare_shown
echo "FIGURES: $ran command blocks run; in other tests:${elsewhere[tests]:-}; in none:${elsewhere[no]:-}"
(( failures == 0 && ran > 0 ))
