#!/usr/bin/env bash
# Checks that each file includes only what its layer may see (docs/architecture.md):
#
#   include/trace        the standard library, <fmt/core.h>, <trace/…>; so do the public headers of an
#                        adapter, adapters/X/include/trace
#   sdk/X                <trace/…>, POSIX, fmt, simdjson, OpenSSL's digests, concurrentqueue, and
#                        folders of sdk that are not above X
#   adapters/X           <trace/…>, its own folder, POSIX, fmt, simdjson, and the I/O libraries that
#                        nobody else in sdk and adapters uses; never another adapter
#                        (adapters/child is what adapters/process and adapters/docker stand on)
#   adapters/*.cpp       puts adapters together: may include all of them, no library
#   samples/X            <trace/…>, its own folder and libraries; never the inside of sdk, of an adapter
#                        or of another sample. samples/worker sees <trace/…> alone
#
# and that within sdk and adapters only sdk/config/environment.cpp reads the environment.
#
#   scripts/check-layers.sh [ROOT]      exit 0, or 1 with one line per violation
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

# Every include as "file|line|what", what with its brackets.
includes() {
  find include sdk adapters samples -name '*.[ch]pp' -exec \
    grep -HnoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"][^>"]+[>"]' {} + |
    sed -E 's/^([^:]+):([0-9]+):[[:space:]]*#[[:space:]]*include[[:space:]]*/\1|\2|/'
}

violations=$(
  includes | awk -F'|' '
    BEGIN {
      # The ranks of the folders of sdk: a file includes its own rank or below.
      rank["contract"] = 0; rank["config"] = 0; rank["summary"] = 0; rank["redact"] = 0
      rank["tokens"] = 0
      rank["journal"] = 1; rank["record"] = 1
      rank["ship"] = 2; rank["capture"] = 2
      rank["recovery"] = 3
      rank["session"] = 4
      io_library = "^(curl|boost|librdkafka)/|^(zlib|zstd|sqlite3)\\.h$"
      pure_library = "^fmt/|^simdjson\\.h$"
      sdk_library = pure_library "|^openssl/(evp|sha)\\.h$|^concurrentqueue\\.h$"
      posix = "^(sys|linux|netinet|arpa|net|asm)/|^(aio|cpuid|dirent|emmintrin|endian|fcntl|grp|immintrin|malloc|netdb|poll|pthread|pwd|sched|semaphore|signal|spawn|syslog|termios|ucontext|unistd|x86intrin)\\.h$"
    }
    function bad(why) { printf "%s:%s: includes %s: %s\n", $1, $2, $3, why; }
    function standard(name) { return name ~ /^[a-z_0-9]+$/; }
    {
      split($1, path, "/")
      layer = path[1]; folder = path[2]
      quoted = $3 ~ /^"/
      name = substr($3, 2, length($3) - 2)
      split(name, part, "/")
      if (name ~ /(^|\/)\.\.?\//) { bad("no relative path; name it from its root"); next }
    }
    layer == "include" || (layer == "adapters" && path[3] == "include") {
      if (quoted || !(standard(name) || name == "fmt/core.h" || name ~ /^trace\//))
        bad("public headers include the standard library, <fmt/core.h> and <trace/…> only")
      next
    }
    layer == "sdk" && quoted {
      if (!(part[1] in rank)) bad("no folder of sdk")
      else if (!(folder in rank)) bad("the folder " folder " has no rank in scripts/check-layers.sh")
      else if (rank[part[1]] > rank[folder]) bad("sdk/" part[1] " is above sdk/" folder)
      next
    }
    layer == "sdk" {
      if (!(standard(name) || name ~ /^trace\// || name ~ posix || name ~ sdk_library))
        bad("not among the headers that sdk may include")
      next
    }
    layer == "adapters" && folder ~ /\.[ch]pp$/ {  # beside the folders: puts adapters together
      if (!quoted && !(standard(name) || name ~ /^trace\// || name ~ /^fmt\//))
        bad("what puts adapters together uses no library itself")
      next
    }
    layer == "adapters" && quoted {
      below = part[1] == "child" && (folder == "process" || folder == "docker")
      if (name ~ /\// && part[1] != folder && !below) bad("an adapter sees <trace/…> and its own folder only")
      next
    }
    layer == "adapters" {
      if (name ~ io_library) {
        library = part[1] == "boost" ? part[1] "/" part[2] : part[1]
        if (library in user && user[library] != folder)
          bad("adapters/" user[library] " is the one adapter that uses this library")
        user[library] = folder
      } else if (!(standard(name) || name ~ /^trace\// || name ~ posix || name ~ pure_library)) {
        bad("not among the headers that an adapter may include")
      }
      next
    }
    layer == "samples" {
      own = (quoted && (name !~ /\// || part[1] == folder)) || standard(name)
      if (folder == "worker" ? !(own || name ~ /^trace\// || name ~ /^fmt\// || name ~ posix) \
                             : quoted && !own)
        bad("no header of a user of the SDK")
      if (part[1] in rank) bad("a sample uses the SDK through <trace/…> only")
    }'

  grep -rnE --include='*.[ch]pp' '\b(secure_)?getenv[[:space:]]*\(|\benviron\b' sdk adapters |
    grep -v '^sdk/config/environment\.cpp:' |
    sed -E 's/^([^:]+:[0-9]+):.*/\1: reads the environment: only sdk\/config\/environment.cpp does/' || true
)

if [[ -n $violations ]]; then
  printf '%s\n' "$violations"
  exit 1
fi
echo "layers hold: $(includes | wc -l) includes checked"
