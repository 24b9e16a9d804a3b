// SPDX-License-Identifier: Apache-2.0
// lynis: a long shell script with colours and cursor movements.
#include <doctest/doctest.h>

#include <algorithm>
#include <regex>

#include "traced.hpp"

namespace trace::testing {
namespace {

// Without control sequences and blanks: lynis goes forward to a column, where we have a blank.
std::string bare(const std::string& text) {
  std::string plain = std::regex_replace(text, std::regex("\x1B\\[[0-9;?]*[A-Za-z]"), "");
  std::erase(plain, ' ');
  return plain;
}

Traced audit(bool colours) {
  Arguments argv{"lynis",     "audit",     "system",        "--quick",   "--no-log",
                 "--logfile", "/dev/null", "--report-file", "/dev/null", "--tests-from-group",
                 "shells"};
  if (!colours) argv.insert(argv.begin() + 4, "--no-colors");
  return Traced(std::move(argv));
}

void check_stored_as_text(const Traced& traced) {
  Lines printed = lines_of(traced.ended.output);
  for (std::string& line : printed) line = bare(line);
  Lines stored = stored_lines(traced.events, "stdout");
  for (std::string& line : stored) line = bare(line);
  CHECK(stored == printed);
  CHECK(stored.size() > 30);
  CHECK(number(traced.last(), "bytes", "stdout") == traced.ended.output.size());
  CHECK(number(traced.last(), "lines", "stdout") == printed.size());
}

}  // namespace

TEST_CASE("lynis prints its version") {
  if (!is_there("lynis")) return;
  const Traced traced({"lynis", "show", "version"});
  CHECK(traced.ended.status.code == 0);
  check_whole(traced);
}

TEST_CASE("an audit of lynis is stored as text, with colours and without") {
  if (!is_there("lynis")) return;
  const Traced plain = audit(false);
  CHECK(plain.ended.output.find("\x1B[1;3") == std::string::npos);
  check_stored_as_text(plain);
  // No event has an ESC, that is check_sound; the output that was passed through has.
  const Traced coloured = audit(true);
  CHECK(coloured.ended.output.find("\x1B[1;37m") != std::string::npos);
  check_stored_as_text(coloured);
  CHECK(coloured.ended.status.code == plain.ended.status.code);
}

}  // namespace trace::testing
