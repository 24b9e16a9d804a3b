// SPDX-License-Identifier: Apache-2.0
// docs/redaction.md shows the table of tokens, word for word.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "tokens/token_table.hpp"

namespace {

using namespace trace::detail::tokens;

std::string_view name_of(Alphabet alphabet) {
  switch (alphabet) {
    case Alphabet::digits:
      return "digits";
    case Alphabet::hex:
      return "0-9a-f";
    case Alphabet::upper:
      return "A-Z0-9";
    case Alphabet::letters:
      return "A-Za-z0-9";
    case Alphabet::word:
      return "A-Za-z0-9_-";
    case Alphabet::dotted:
      return "A-Za-z0-9_-.";
    case Alphabet::tilde:
      return "A-Za-z0-9_-.~";
    case Alphabet::path:
      return "A-Za-z0-9_-/";
    case Alphabet::base64:
      return "A-Za-z0-9+/=";
    case Alphabet::any_base64:
      return "A-Za-z0-9+/=_-";
    case Alphabet::hex_dash:
      return "0-9a-f-";
  }
  return "";
}

std::string_view name_of(Evidence evidence) {
  switch (evidence) {
    case Evidence::spread:
      return "spread";
    case Evidence::digit:
      return "digit";
    case Evidence::mixed:
      return "mixed";
    case Evidence::password:
      return "password";
    case Evidence::random:
      return "random";
    case Evidence::basic:
      return "basic";
  }
  return "";
}

std::string run(Alphabet alphabet, unsigned least, unsigned most) {
  return least == most ? fmt::format("{} of {}", least, name_of(alphabet))
                       : fmt::format("{} to {} of {}", least, most, name_of(alphabet));
}

std::string names_of(const TokenRow& row) {
  std::string names;
  for (const char c : row.names) {
    if (c == '|') {
      names += "`, `";
    } else {
      names += c;
    }
  }
  return names;
}

std::string shape_of(const TokenRow& row) {
  switch (row.form) {
    case Form::shaped:
      return (row.lead.most > 0 ? run(row.lead.alphabet, row.lead.least, row.lead.most) + ", "
                                : std::string()) +
             fmt::format("`{}`, ", row.text) + run(row.alphabet, row.least, row.most);
    case Form::assigned:
      return fmt::format("`{}` with a value of at least {} characters", names_of(row), row.least);
    case Form::parameter:
      return fmt::format("`?{}=` with a value of at least {} characters", names_of(row), row.least);
    case Form::credentials:
    case Form::cookies:
      return "the header";
    case Form::scheme:
      return fmt::format("`{} x`, at least {} characters", row.what, row.least);
    case Form::web_token:
      return "`eyJ….….…`, 3 or 5 segments";
    case Form::key_block:
      return "`-----BEGIN … PRIVATE KEY-----`";
    case Form::key_lines:
      return "the lines after `Private-Lines: `";
    case Form::url_password:
      return "`scheme://user:x@`, `scheme://x@`";
    case Form::attached:
      return fmt::format("`{} … -px`", row.text);
    case Form::oracle:
      return "`thin:user/x@`";
  }
  return "";
}

std::string markdown_table() {
  std::string table = "| What | Shape | Evidence |\n|---|---|---|\n";
  for (const TokenRow& row : token_table) {
    table += fmt::format("| {} | {} | {} |\n", row.what, shape_of(row), name_of(row.evidence));
  }
  return table;
}

std::string documented_table() {
  std::ifstream file(std::string(SHIPTRACE_DOCS_DIR) + "/redaction.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::string start = "<!-- tokens -->\n";
  const std::size_t from = text.find(start);
  const std::size_t to = text.find("<!-- end of tokens -->");
  if (from == std::string::npos || to == std::string::npos) return "(the marks are missing)";
  return text.substr(from + start.size(), to - from - start.size());
}

}  // namespace

TEST_CASE("docs/redaction.md shows the table of tokens") {
  // On a difference the whole table is in the message, to be pasted between the marks.
  const bool same = documented_table() == markdown_table();
  CHECK_MESSAGE(same, "the table should be:\n" << markdown_table());
}

TEST_CASE("no row occurs twice") {
  std::set<std::string> rows;
  for (const TokenRow& row : token_table) {
    CAPTURE(row.what);
    CHECK(rows.insert(fmt::format("{} {} {}", static_cast<int>(row.form), row.text,
                                  name_of(row.alphabet)))
              .second);
    CHECK(row.least <= (row.most == 0 ? row.least : row.most));
    CHECK(row.anchor + 1 <= elements_of(row.text));
  }
}
