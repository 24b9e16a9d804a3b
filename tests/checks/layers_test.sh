#!/usr/bin/env bash
# Plants one violation of each layer rule in a copy of the tree: scripts/check-layers.sh has to find
# every one of them, and nothing in the untouched copy.
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
  elif ! grep -q "$file" <<<"$answer" && ! grep -q 'one adapter' <<<"$answer"; then
    echo "found something else than $file with: $*: $answer"
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
expect sdk/nowhere/planted.cpp '#include "nowhere/planted.hpp"'
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

(( failures == 0 )) || exit 1
echo "every planted violation was found"
