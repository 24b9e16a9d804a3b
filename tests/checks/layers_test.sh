#!/usr/bin/env bash
# Plants one violation of each layer rule in a copy of the tree, and mistakes in a copy of the table of
# docs/architecture.md: scripts/check-layers.sh has to find every one of them, and nothing in the
# untouched copy.
#   layers_test.sh ROOT
set -euo pipefail
root=$1
check=$root/scripts/check-layers.sh
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failures=0

fresh() {
  rm -rf "${copy:?}"/*
  cp -r "$root"/{include,sdk,adapters,samples} "$copy"/
  mkdir "$copy/docs"
  cp "$root/docs/architecture.md" "$copy/docs/"
}

# expect FILE LINE…: with the lines in a new FILE the check fails and names the file.
expect() {
  local file=$1 answer
  shift
  fresh
  mkdir -p "$copy/$(dirname "$file")"
  printf '%s\n' "$@" > "$copy/$file"
  if answer=$("$check" "$copy"); then
    echo "not found: $file with: $*"
    failures=$((failures + 1))
  elif ! grep -qE "$file|$(dirname "$file"): is not in" <<<"$answer" && ! grep -q 'one adapter' <<<"$answer"; then
    echo "found something else than $file with: $*: $answer"
    failures=$((failures + 1))
  fi
}

# expect_of_table SCRIPT TEXT: with the table changed by a sed script the check fails and reports TEXT.
expect_of_table() {
  local output
  fresh
  sed -i -E "$1" "$copy/docs/architecture.md"
  if output=$("$check" "$copy"); then
    echo "not found: the table after $1"
    failures=$((failures + 1))
  elif ! grep -qF "$2" <<<"$output"; then
    echo "the table after $1: no '$2' in: $output"
    failures=$((failures + 1))
  fi
}

fresh
"$check" "$copy" >/dev/null || { echo "the untouched tree is refused:"; "$check" "$copy"; exit 1; }

expect include/trace/planted.hpp '#include <fmt/format.h>'
expect include/trace/planted.hpp '#include <simdjson.h>'
expect include/trace/planted.hpp '  #  include <unistd.h>'
expect include/trace/planted.hpp '#include "journal/slab.hpp"'
expect sdk/record/planted.cpp '#include <curl/curl.h>'
expect sdk/ship/planted.cpp '#include <boost/asio.hpp>'
expect sdk/journal/planted.cpp '#include <sqlite3.h>'
expect sdk/journal/planted.cpp '#include <zstd.h>'
expect sdk/journal/planted.cpp '#include "ship/shipper.hpp"'
expect sdk/journal/planted.cpp '#include "http/endpoint.hpp"'
expect sdk/journal/planted.cpp '#include "../adapters/http/endpoint.hpp"'
expect sdk/text/planted.cpp '#include "contract/identifier.hpp"'
expect sdk/lines/planted.cpp '#include "levels/level_detector.hpp"'
expect sdk/secrets/planted.cpp '#include "journal/format.hpp"'
expect sdk/record/planted.cpp '#include "session/keeper.hpp"'
expect sdk/nowhere/planted.cpp '#include "nowhere/planted.hpp"'
expect sdk/nowhere/planted.cpp 'int planted;'
expect adapters/nowhere/planted.cpp 'int planted;'
expect adapters/docker/planted.cpp '#include "http/endpoint.hpp"'
expect adapters/http/planted.cpp '#include "contract/identifier.hpp"'
expect adapters/planted.cpp '#include "text/utf8.hpp"'
expect adapters/http/planted.cpp '#include "file/file_transport.hpp"'
expect adapters/http/planted.cpp '#include "ship/shipper.hpp"'
expect adapters/file/planted.cpp '#include <curl/curl.h>'
expect adapters/planted.cpp '#include <curl/curl.h>'
expect adapters/http/include/trace/planted.hpp '#include <curl/curl.h>'
expect adapters/http/include/trace/planted.hpp '#include "http/endpoint.hpp"'
expect adapters/http/planted.cpp '#include <sqlite3.h>' '#include <nlohmann/json.hpp>'
expect samples/emitter/planted.cpp '#include "collector/store.hpp"'
expect samples/emitter/planted.cpp '#include <journal/slab.hpp>'
expect samples/emitter/planted.cpp '#include "ship/shipper.hpp"'
expect samples/emitter/planted.cpp '#include "http/connection.hpp"'
expect samples/worker/planted.cpp '#include "http/connection.hpp"'
expect samples/worker/planted.cpp '#include <boost/asio.hpp>'
expect sdk/ship/planted.cpp 'auto home = std::getenv("HOME");'
expect adapters/http/planted.cpp 'const char* proxy = secure_getenv ("PROXY");'
expect adapters/http/planted.cpp 'extern char** environ;'
own=('namespace trace::detail::ship {' '}')
expect sdk/ship/planted.hpp "${own[@]}" 'namespace trace::detail {' 'int planted();' '}'
expect sdk/ship/planted.hpp "${own[@]}" 'namespace trace {' 'struct Planted {};' '}'
expect sdk/ship/planted.hpp "${own[@]}" 'namespace trace::detail::journal {' 'struct Planted {};' '}'
expect sdk/ship/planted.hpp 'int planted();'

expect_of_table '/^\| `sdk\/record`/d' 'sdk/record: is not in the table'
expect_of_table 's/^\| `adapters\/http`, /| /' 'adapters/http: is not in the table'
expect_of_table 's/^\| `sdk\/text`/&, `sdk\/elsewhere`/' 'sdk/elsewhere does not exist'
expect_of_table '/^\| `sdk\/lines`/s/`text`, //' 'does not list text for sdk/lines'
expect_of_table '/^\| `sdk\/text`/s/\|$/`journal` |/' 'may include journal, which is in no row above'

(( failures == 0 )) || exit 1
echo "every planted violation was found"
