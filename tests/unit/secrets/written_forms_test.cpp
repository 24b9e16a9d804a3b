// SPDX-License-Identifier: Apache-2.0
// The forms of docs/redaction.md, in both directions: what it calls found is found, and what it
// calls a leak leaks, or the page is stale.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "secrets/matcher.hpp"
#include "secrets/secret_forms.hpp"
#include "support/written_forms.hpp"

using namespace trace::detail::secrets;
using namespace trace::testing;

namespace {

std::string without_colours(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\x1B') {
      out += text[at];
      continue;
    }
    while (at + 1 < text.size() && text[at] != 'm' && text[at] != 'K') ++at;
  }
  return out;
}

}  // namespace

TEST_CASE("each form is found or leaks as the documentation says") {
  const Matcher matcher(secret_forms(written_secret));
  for (const WrittenForm& form : written_forms) {
    // Captured output is looked at without control sequences, too (tests/attack/secrets).
    const std::string text = without_colours(form.text);
    CAPTURE(form.name);
    CAPTURE(text);
    CHECK(matcher.contains("before " + text + " behind") == form.is_found);
  }
}

TEST_CASE("the documentation has each row of the table and no other") {
  std::ifstream file(SHIPTRACE_DOCS_DIR "/redaction.md");
  REQUIRE(file);
  std::stringstream page;
  page << file.rdbuf();
  std::string rows;
  for (const WrittenForm& form : written_forms) {
    rows.append("| ").append(form.name).append(form.is_found ? " | found |\n" : " | **leaks** |\n");
  }
  CHECK(page.str().find("|---|---|\n" + rows + "\n") != std::string::npos);
}
