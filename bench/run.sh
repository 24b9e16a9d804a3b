#!/usr/bin/env bash
# Builds and runs the benchmarks, and writes the report.
#
#   bench/run.sh [--quick] [--repeats N] [--cores LIST] [--build-dir DIR] [--results DIR]
#                [--bars FILE]… [FILTER…]
#
#   FILTER           only benchmarks whose names contain one of the words
#   --quick          each one once, in its short form: does it work, is nothing far off?
#   --repeats N      how often each one runs (default: 5; with --quick 1)
#   --cores LIST     the cores to run on, as taskset takes them (default: all that are allowed)
#   --build-dir DIR  default: build-release
#   --results DIR    default: bench/results; for a part of the benchmarks or their short form
#                    DIR/bench/results of the build directory, so that the page stays whole
#   --bars FILE      more bars, as in bench/bars.json; for a peer that was linked in, say
#
# TMPDIR selects the disk of the journals. docs/benchmarks.md describes the method.
# Exit codes: 0 all bars are held · 1 a program failed, or a bar was missed (in a whole run: or not
# measured) · 2 wrong usage.
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)

quick=no repeats='' cores='' build=$source/build-release results='' bars=(--bars "$source/bench/bars.json") filters=()
while (( $# > 0 )); do
  case $1 in
    --quick) quick=yes ;;
    --repeats) repeats=${2:?--repeats needs a number}; shift ;;
    --cores) cores=${2:?--cores needs a list}; shift ;;
    --build-dir) build=$(realpath -m "${2:?--build-dir needs a directory}"); shift ;;
    --results) results=${2:?--results needs a directory}; shift ;;
    --bars) bars+=(--bars "${2:?--bars needs a file}"); shift ;;
    -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    -*) echo "run.sh: unknown option $1; see --help" >&2; exit 2 ;;
    *) filters+=("$1") ;;
  esac
  shift
done
whole=(--complete)
if [[ $quick == yes ]] || (( ${#filters[@]} > 0 )); then whole=(); fi
page=()  # only the committed results have one
if [[ -z $results ]]; then
  results=$source/bench/results
  (( ${#whole[@]} == 0 )) || page=(--page "$source/docs/benchmarks.md")
  (( ${#whole[@]} > 0 )) || results=$build/bench/results
fi
if [[ -z $repeats ]]; then [[ $quick == yes ]] && repeats=1 || repeats=5; fi
[[ $repeats =~ ^[1-9][0-9]*$ ]] || { echo "run.sh: --repeats needs a number" >&2; exit 2; }

"$source/bench/build.sh" "$build"

pinned=()
if command -v taskset >/dev/null; then
  cores=${cores:-$(taskset -cp $$ | sed 's/.*: //')}
  pinned=(taskset -c "$cores")
elif [[ -n $cores ]]; then
  echo "run.sh: --cores needs taskset" >&2
  exit 2
fi

names=() paths=() arguments=()
while IFS=$'\t' read -r name path short; do
  wanted=$(( ${#filters[@]} == 0 ))
  for filter in "${filters[@]}"; do [[ $name != *"$filter"* ]] || wanted=1; done
  (( wanted )) || continue
  names+=("$name") paths+=("$path")
  if [[ $quick == yes ]]; then arguments+=("$short"); else arguments+=(""); fi
done < "$build/bench/benches.txt"
(( ${#names[@]} > 0 )) || { echo "run.sh: no benchmark has such a name: ${filters[*]}" >&2; exit 2; }

measured=$build/bench/measured
rm -rf "$measured"
mkdir -p "$measured"
load() { cut -d ' ' -f 1-3 /proc/loadavg; }
{
  "$source/bench/machine.sh" "$build"
  [[ -z $cores ]] || echo "pinned to cores: $cores"
  echo "load before: $(load)"
} > "$measured/machine.txt"

# One repetition of everything after the other, not everything of one program after the other: what
# the machine does meanwhile hits all programs alike.
for (( repetition = 1; repetition <= repeats; ++repetition )); do
  output=$measured/repetition-$(printf '%02d' "$repetition").jsonl
  for i in "${!names[@]}"; do
    printf '%s: %d of %d\n' "${names[i]}" "$repetition" "$repeats" >&2
    read -ra extra <<< "${arguments[i]}"
    status=0
    "${pinned[@]}" "${paths[i]}" "${extra[@]}" >> "$output" < /dev/null || status=$?
    (( status == 0 )) ||
      printf '\n{"bench":"%s","failed":"exit code %d in repetition %d"}\n' "${names[i]}" "$status" "$repetition" >> "$output"
  done
done
echo "load after: $(load)" >> "$measured/machine.txt"

status=0
# The distribution's Python has the distribution's matplotlib.
PATH=/usr/bin:$PATH python3 -X utf8 -B "$source/bench/report" --results "$results" --machine "$measured/machine.txt" \
  "${bars[@]}" "${whole[@]}" "${page[@]}" "$measured"/repetition-*.jsonl || status=$?
echo "the report is $results/results.md" >&2
exit "$status"
