// SPDX-License-Identifier: Apache-2.0
// Attacks with much text: false positives, and text that is slow to scan.
#include <sys/wait.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "attack/tokens/attacks.hpp"
#include "secrets/event_redactor.hpp"

namespace trace::testing {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

std::string repeated(std::string_view unit, std::size_t bytes) {
  std::string text;
  while (text.size() + unit.size() <= bytes) text += unit;
  return text;
}

// The CPU time of one look, the lesser of two.
double milliseconds(const std::string& text) {
  detail::secrets::EventRedactor redactor({nullptr, true});
  double least = 1e9;
  for (int i = 0; i < 2; ++i) {
    const std::clock_t start = std::clock();
    redactor.cleaned(text);
    const double spent = static_cast<double>(std::clock() - start) * 1000.0 / CLOCKS_PER_SEC;
    least = spent < least ? spent : least;
  }
  return least;
}

void hostile_text(Trial& trial) {
  constexpr double most_milliseconds = 500;
  constexpr double most_growth = 4;  // for twice the text; a square would be 4, noise is less
  const std::vector<std::string> units{"eyJ",
                                       "eyJ.",
                                       "eyJhbGciOiJ9aaaa.",
                                       "AKIA",
                                       "AKIA ",
                                       "://",
                                       "a://",
                                       "a://b:c",
                                       "a://b@c:",
                                       "token=",
                                       "token=\"",
                                       "password: '",
                                       "--password ",
                                       "-p",
                                       "mysql ",
                                       "mysql -p",
                                       "key=&",
                                       "?key=",
                                       "&code=a",
                                       "Authorization: ",
                                       "Authorization:Digest a=b,",
                                       "Cookie: a=b;",
                                       "Cookie: ",
                                       "Set-Cookie:a=",
                                       "Bearer ",
                                       "Basic ",
                                       "-----BEGIN PRIVATE KEY-----",
                                       "-----BEGIN PRIVATE KEY-----Proc-Type: ",
                                       "-----BEGIN PRIVATE KEY-----\nA: b\n",
                                       "a:-----BEGIN PRIVATE KEY-----\n",
                                       "Private-Lines: 9\nAAAA",
                                       "sk-",
                                       "ghp_a",
                                       "s.a",
                                       ".atlasv1.",
                                       "1:AA",
                                       "xoxb-",
                                       "\\\\\\\\\"token\\",
                                       "\x1b[31m",
                                       "token\x1b[31m",
                                       "1Q~",
                                       "thin:a/",
                                       "password=[REDACTED]",
                                       "<token>a"};
  std::string slowest;
  double most = 0;
  for (const std::string& unit : units) {
    const double one = milliseconds(repeated(unit, mebibyte));
    const double two = milliseconds(repeated(unit, 2 * mebibyte));
    trial.expect(one < most_milliseconds, fmt::format("1 MiB of '{}': {:.0f} ms", unit, one));
    trial.expect(two < most_growth * one + 20,
                 fmt::format("'{}': 1 MiB {:.1f} ms, 2 MiB {:.1f} ms", unit, one, two));
    if (one > most) {
      most = one;
      slowest = unit;
    }
  }
  const double plain =
      milliseconds(repeated("probe 12 of host-7 is open, banner follows\n", 16 * mebibyte)) / 16;
  trial.note(fmt::format("{} texts of 1 MiB, the slowest ('{}') {:.0f} ms, plain text {:.2f} ms",
                         units.size(), slowest, most, plain));
}

void corpora(Trial& trial) {
  const bool is_long = std::getenv("SHIPTRACE_TEST_LONG") != nullptr;
  const std::string command = std::string(SHIPTRACE_SOURCE_DIR) +
                              "/tests/attack/tokens/corpora.sh --build-dir " SHIPTRACE_BUILD_DIR +
                              (is_long ? " --long" : "");
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string output;
  std::array<char, 4096> bytes{};
  while (std::fgets(bytes.data(), bytes.size(), pipe) != nullptr) output += bytes.data();
  const int status = pclose(pipe);
  if (output.starts_with("SKIPPED: ")) return trial.skip(output.substr(9));
  trial.expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "more than one line in 100,000");
  for (std::size_t begin = 0; begin < output.size();) {
    const std::size_t end = output.find('\n', begin);
    std::string line;
    for (const char c : output.substr(begin, end - begin)) {
      if (c != ' ' || (!line.empty() && line.back() != ' ')) line += c;
    }
    trial.note(line);
    begin = end + 1;
  }
}

}  // namespace

std::vector<Fault> load_attacks() {
  return {{"text made to be slow to look at", hostile_text},
          {"lines of manuals, headers, programs and logs stay", corpora}};
}

}  // namespace trace::testing
