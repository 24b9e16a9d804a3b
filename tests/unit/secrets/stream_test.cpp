// SPDX-License-Identifier: Apache-2.0
// Redaction of streams. A bar marks where one write ends and the next begins.
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>

#include "secrets/text_redactor.hpp"

using namespace trace;
using namespace trace::detail::secrets;

namespace {

struct Written {
  std::string at_once;  // before the end of the stream
  std::string all;
};

Written write(const std::shared_ptr<Secrets>& secrets, std::string_view marked) {
  Written written;
  const auto sink = [&](std::string_view bytes) {
    CHECK_FALSE(bytes.empty());
    written.all += bytes;
  };
  StreamRedactor redactor(secrets);
  for (std::string_view rest = marked;;) {
    const std::size_t bar = rest.find('|');
    redactor.write(rest.substr(0, bar), sink);
    if (bar == std::string_view::npos) break;
    rest.remove_prefix(bar + 1);
  }
  written.at_once = written.all;
  redactor.finish(sink);
  CHECK(redactor.kept() == 0);
  return written;
}

std::shared_ptr<Secrets> secrets_of(std::initializer_list<std::string> values,
                                    std::size_t shortest = shortest_secret) {
  auto secrets = std::make_shared<Secrets>(shortest);
  secrets->add(std::vector<std::string>(values));
  return secrets;
}

}  // namespace

TEST_CASE("a secret is found wherever the writes end") {
  struct Row {
    std::string_view written, at_once, all;
  };
  const auto secrets = secrets_of({"secrets", "hunter22"});
  for (const Row& row : std::initializer_list<Row>{
           {"no harm", "no harm", "no harm"},
           {"my secrets", "my [REDACTED]", "my [REDACTED]"},
           {"my s|ecrets are", "my [REDACTED] are", "my [REDACTED] are"},
           {"s|e|c|r|e|t|s", "[REDACTED]", "[REDACTED]"},
           {"|secrets|", "[REDACTED]", "[REDACTED]"},
           {"secret|", "", "secret"},
           {"secret| service", "secret service", "secret service"},
           {"secret| s", "secret ", "secret s"},
           {"a secret|", "a ", "a secret"},
           {"secsecrets", "sec[REDACTED]", "sec[REDACTED]"},
           {"sec|secr|ets", "sec[REDACTED]", "sec[REDACTED]"},
           {"secretssecrets", "[REDACTED]", "[REDACTED]"},
           {"secrets|secrets", "[REDACTED]", "[REDACTED]"},
           {"secrets|hunter22", "[REDACTED]", "[REDACTED]"},
           {"secrets|hunter23", "[REDACTED]hunter23", "[REDACTED]hunter23"},
           {"secrets|hunter2", "[REDACTED]", "[REDACTED]hunter2"},
           {"secrets hunter22", "[REDACTED] [REDACTED]", "[REDACTED] [REDACTED]"},
       }) {
    const std::string_view written = row.written;
    const std::string_view at_once = row.at_once;
    const std::string_view all = row.all;
    CAPTURE(written);
    const Written result = write(secrets, written);
    CHECK(result.at_once == at_once);
    CHECK(result.all == all);
  }
}

TEST_CASE("no partial match is lost for a longer one") {
  CHECK(write(secrets_of({"aab"}, 1), "aa|ab").all == "a[REDACTED]");
  CHECK(write(secrets_of({"aab"}, 1), "a|a|a|b").all == "a[REDACTED]");
  // The longer one fails at its last byte; the shorter one began within it.
  CHECK(write(secrets_of({"abcabcabd", "bcabcx"}, 1), "abc|abc|x").all == "a[REDACTED]");
  CHECK(write(secrets_of({"xabcdefy", "abcdef"}, 1), "xabc|def|z").all == "x[REDACTED]z");
  CHECK(write(secrets_of({"xabcdefy", "abcdef"}, 1), "xabc|def|y").all == "[REDACTED]");
}

TEST_CASE("secrets that overlap are replaced together, the second one's end too") {
  CHECK(write(secrets_of({"abcdef", "defghi"}, 1), "<abc|def|ghi>").all == "<[REDACTED]>");
  CHECK(write(secrets_of({"abcdef", "defghi"}, 1), "<abcdef|gh>").all == "<[REDACTED]gh>");
}

TEST_CASE("many secrets within one that fails stay replaced") {
  // More parts than are kept apart while the long one is under way.
  std::string lines;
  for (int i = 0; i < 100; ++i) lines += "sesame" + std::string(1, static_cast<char>('0' + i % 10));
  const auto secrets = secrets_of({"sesame", lines + "!"});
  const Written result = write(secrets, lines + "|?");
  CHECK(result.all.find("sesame") == std::string::npos);
  CHECK(result.all.ends_with("?"));
  CHECK(write(secrets, lines + "|!").all == "[REDACTED]");
}

TEST_CASE("a newline in a secret is any white space") {
  const auto secrets = secrets_of({"first line\nsecond line\r\n"});
  for (const std::string_view text :
       {"first line\nsecond line", "first line\r\nsecond line", "first line\r|\n|second line",
        "first line   \n\n\t  second line", "first line second line", "first\nline\nsecond\nline",
        R"(first line\nsecond line)", R"(first line\r\n|second line)",
        R"(first line\u000asecond line)", R"(first line\u000D\u000Asecond line)"}) {
    CAPTURE(text);
    CHECK(write(secrets, "<" + std::string(text) + ">").all == "<[REDACTED]>");
  }
  CHECK(write(secrets, "first linesecond line").all == "first linesecond line");
}

TEST_CASE("without secrets bytes pass as they are") {
  CHECK(write(std::make_shared<Secrets>(), "any|thing").at_once == "anything");
}

TEST_CASE("a secret that is added while the stream runs") {
  auto secrets = secrets_of({"abcdef"});
  StreamRedactor redactor(secrets);
  std::string out;
  const auto sink = [&](std::string_view bytes) { out += bytes; };
  redactor.write("abcdef abcde", sink);
  CHECK(out == "[REDACTED] ");
  secrets->add("defghi!");
  redactor.write("f abcde", sink);
  redactor.write("fghi! defghi!", sink);
  redactor.finish(sink);
  CHECK(out == "[REDACTED] [REDACTED] [REDACTED] [REDACTED]");
}

TEST_CASE("a secret that is added first and begins within a replaced part") {
  auto secrets = secrets_of({"abcdef", "efxxxx"});
  StreamRedactor redactor(secrets);
  std::string out;
  const auto sink = [&](std::string_view bytes) { out += bytes; };
  redactor.write("<abcdef", sink);
  secrets->add("unrelated");
  redactor.write("xxxx>", sink);
  redactor.finish(sink);
  CHECK(out == "<[REDACTED]>");
}

TEST_CASE("no more than the start of a secret is held back") {
  const auto secrets = secrets_of({"0123456789abcdef", "a secret\nof two lines"});
  CHECK(secrets->longest_kept() >= 17 + 4 * 128);
  StreamRedactor redactor(secrets);
  const auto sink = [](std::string_view) {};
  std::size_t most = 0;
  for (const std::string_view text : {"a secret", "\n", "of", "\t", "two", "\n", "line"}) {
    const std::size_t times = text.size() == 1 ? 128 : 1;
    for (std::size_t i = 0; i < times; ++i) redactor.write(text, sink);
    most = std::max(most, redactor.kept());
  }
  CHECK(most == 16 + 1 + 3 * 128);
  redactor.write(std::string(129, ' '), sink);
  CHECK(redactor.kept() == 0);
}
