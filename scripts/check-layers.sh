#!/usr/bin/env bash
# Checks that each file includes only what its folder may include. docs/architecture.md says what
# that is: its table "The tree" lists every folder of sdk, adapters and samples, the lower ones
# first, and in its third column the other folders that a folder may include (`text`; of another top
# folder with its name, `sdk/text`). Beside that:
#
#   include/trace        the standard library, <fmt/core.h>, <trace/…>; so do the public headers of an
#                        adapter, below adapters/X
#   sdk/X                <trace/…>, POSIX, fmt, simdjson, OpenSSL's digests, concurrentqueue
#   adapters/X           <trace/…>, POSIX, fmt, simdjson, and the I/O libraries that nobody else in
#                        sdk and adapters uses
#   adapters/*.cpp       puts adapters together: may include all of them, no library
#   samples/X            <trace/…>, its own files and libraries; never the inside of sdk, of an
#                        adapter or of another sample. samples/worker sees <trace/…> alone
#
# and that headers of sdk/X declare in namespace trace::detail::X (trace::detail is include/trace's),
# and that within sdk and adapters only sdk/config/environment.cpp reads the environment.
#
#   scripts/check-layers.sh [ROOT]      exit 0, or 1 with one line per violation
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"
readonly table=docs/architecture.md

# Every include as "file|line|what", what with its brackets.
includes() {
  find include sdk adapters samples -name '*.[ch]pp' -exec \
    grep -HnoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"][^>"]+[>"]' {} + |
    sed -E 's/^([^:]+):([0-9]+):[[:space:]]*#[[:space:]]*include[[:space:]]*/\1|\2|/'
}

# The table as "line|folder|folders that it may include", in its order.
rows() {
  awk -F'|' '
    /^## / { in_tree = $0 == "## The tree" }
    in_tree && /^\| `/ {
      count = split($2, folders, "`")
      allowed = ""
      parts = split($4, names, "`")
      for (i = 2; i <= parts; i += 2) allowed = allowed " " names[i]
      for (i = 2; i <= count; i += 2) print FNR "|" folders[i] "|" allowed " "
    }' "$table"
}

violations=$(
  { rows; echo "|end|"; includes; } | awk -F'|' -v table="$table" '
    BEGIN {
      io_library = "^(curl|boost|librdkafka)/|^(zlib|zstd|sqlite3)\\.h$"
      pure_library = "^fmt/|^simdjson\\.h$"
      sdk_library = pure_library "|^openssl/(evp|sha)\\.h$|^concurrentqueue\\.h$"
      posix = "^(sys|linux|netinet|arpa|net|asm)/|^(aio|cpuid|cxxabi|dirent|emmintrin|endian|fcntl|grp|immintrin|malloc|netdb|poll|pthread|pwd|sched|semaphore|signal|spawn|syslog|termios|ucontext|unistd|x86intrin)\\.h$"
      reading_table = 1
    }
    function bad(why) { printf "%s:%s: includes %s: %s\n", $1, $2, $3, why; }
    function standard(name) { return name ~ /^[a-z_0-9]+$/; }
    # The folder of the table that a name in quotes lies in, seen from top folder `top`; else "".
    function folder_of(top, name) {
      if ((top "/" name) in may_include) return top "/" name
      if (("sdk/" name) in may_include) return "sdk/" name
      return ("adapters/" name) in may_include ? "adapters/" name : ""
    }
    function allows(own, other, top, name) {
      if (own == other) return 1
      split(own, top, "/")
      name = other
      sub("^" top[1] "/", "", name)
      return index(may_include[own], " " name " ") > 0
    }
    reading_table && $2 == "end" {
      for (folder in line_of) {
        if (system("test -d " folder) != 0)
          printf "%s:%s: the folder %s does not exist\n", table, line_of[folder], folder
      }
      command = "find sdk adapters samples -mindepth 2 -name \"*.[ch]pp\" | cut -d/ -f1,2 | sort -u"
      while ((command | getline folder) > 0) {
        if (!(folder in may_include)) printf "%s: is not in the table of %s\n", folder, table
      }
      reading_table = 0
      next
    }
    reading_table {
      split($2, path, "/")
      count = split($3, names, " ")
      for (i = 1; path[1] != "include" && i <= count; ++i) {
        other = names[i] ~ /\// ? names[i] : path[1] "/" names[i]
        if (!(other in may_include))
          printf "%s:%s: %s may include %s, which is in no row above\n", table, $1, $2, names[i]
      }
      may_include[$2] = $3
      line_of[$2] = $1
      next
    }
    {
      split($1, path, "/")
      top = path[1]; folder = path[2]; own = top "/" folder
      quoted = $3 ~ /^"/
      name = substr($3, 2, length($3) - 2)
      split(name, part, "/")
      if (name ~ /(^|\/)\.\.?\//) { bad("no relative path; name it from its root"); next }
    }
    top == "include" || (top == "adapters" && path[3] == "include") {
      if (quoted || !(standard(name) || name == "fmt/core.h" || name ~ /^trace\//))
        bad("public headers include the standard library, <fmt/core.h> and <trace/…> only")
      next
    }
    top == "sdk" && quoted {
      other = folder_of(top, part[1])
      if (other !~ /^sdk\//) bad("no folder of sdk")
      else if (own in may_include && !allows(own, other))
        bad("the table of " table " does not list " part[1] " for " own)
      next
    }
    top == "sdk" {
      if (!(standard(name) || name ~ /^trace\// || name ~ posix || name ~ sdk_library))
        bad("not among the headers that sdk may include")
      next
    }
    top == "adapters" && folder ~ /\.[ch]pp$/ {  # beside the folders: puts adapters together
      if (quoted ? folder_of(top, part[1]) !~ /^adapters\// \
                 : !(standard(name) || name ~ /^trace\// || name ~ /^fmt\//))
        bad("what puts adapters together uses adapters, no library and nothing of sdk")
      next
    }
    top == "adapters" && quoted {
      if (name ~ /\// && !(own in may_include && allows(own, folder_of(top, part[1]))))
        bad("the table of " table " does not list it for " own)
      next
    }
    top == "adapters" {
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
    top == "samples" {
      file = own "/" name
      is_own = quoted && (part[1] == folder || (getline content < file) >= 0)
      close(file)
      if (is_own || standard(name)) next
      if (folder == "worker" ? !(name ~ /^trace\// || name ~ /^fmt\// || name ~ posix) \
                             : quoted && !allows(own, folder_of("adapters", part[1])))
        bad("not among the headers that " own " may include")
      else if (("sdk/" part[1]) in may_include) bad("a sample uses the SDK through <trace/…> only")
    }'

  # In another namespace a header may only declare names ahead ("struct SiteView;").
  find sdk -name '*.hpp' -print0 | xargs -0 awk '
    function end_of_file() { if (file != "" && !has_own) print file ": a header of sdk/" folder " declares in " own }
    FNR == 1 {
      end_of_file()
      file = FILENAME; split(file, part, "/"); folder = part[2]
      own = "trace::detail::" folder; has_own = 0; other = 0
    }
    /^namespace trace/ { other = $2 != own; has_own = has_own || !other; next }
    /^}/ { other = 0 }
    other && NF && !/^(struct|class) [A-Za-z]+;/ {
      print file ":" FNR ": a header of sdk/" folder " declares in " own; other = 0
    }
    END { end_of_file() }'
  grep -rnE --include='*.[ch]pp' '\b(secure_)?getenv[[:space:]]*\(|\benviron\b' sdk adapters |
    grep -v '^sdk/config/environment\.cpp:' |
    sed -E 's/^([^:]+:[0-9]+):.*/\1: reads the environment: only sdk\/config\/environment.cpp does/' || true
)

if [[ -n $violations ]]; then
  printf '%s\n' "$violations"
  exit 1
fi
echo "layers hold: $(includes | wc -l) includes checked"
