// SPDX-License-Identifier: Apache-2.0
#include "attack/delivery/rows.hpp"

#include <trace/recovery.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace trace::testing {
namespace {

// The number that ends at `end`, with or without separators; 0 if there is none.
std::uint64_t number_before(const std::string& text, std::size_t end) {
  std::string digits;
  while (end > 0 && (text[end - 1] == ',' || (text[end - 1] >= '0' && text[end - 1] <= '9'))) {
    if (text[--end] != ',') digits += text[end];
  }
  std::reverse(digits.begin(), digits.end());
  return digits.empty() ? 0 : std::stoull(digits);
}

template <class Count>
std::uint64_t of_journals(const std::string& directory, Count count) {
  std::uint64_t sum = 0;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(directory, none)) {
    if (entry.path().extension() != ".journal") continue;
    if (const auto report = inspect_journal(entry.path().string())) sum += count(*report);
  }
  return sum;
}

}  // namespace

Command Workplace::command(Arguments arguments, const std::string& endpoint,
                           const Arguments& child) const {
  arguments.insert(arguments.begin(), SHIPTRACE_CLI_BINARY);
  arguments.insert(arguments.end(), {"--endpoint", endpoint});
  if (std::find(arguments.begin(), arguments.end(), "--journal-dir") == arguments.end()) {
    arguments.insert(arguments.end(), {"--journal-dir", journal_dir()});
  }
  if (!child.empty()) {
    arguments.emplace_back("--");
    arguments.insert(arguments.end(), child.begin(), child.end());
  }
  return {.argv = std::move(arguments), .env = {{"SHIPTRACE_CLOSE_TIMEOUT", "300ms"}}};
}

std::uint64_t Workplace::unsent() const {
  return of_journals(journal_dir(), [](const JournalReport& report) { return report.unsent; });
}

std::size_t Workplace::journals() const {
  return of_journals(journal_dir(), [](const JournalReport&) { return std::uint64_t{1}; });
}

std::uint64_t Workplace::dropped() const {
  return of_journals(journal_dir(), [](const JournalReport& report) {
    std::uint64_t sum = 0;
    for (const auto& loss : report.dropped) sum += loss.events;
    return sum;
  });
}

std::size_t Workplace::dead_letters() const {
  std::ifstream letters(journal_dir() + "/rejected.ndjson");
  std::size_t lines = 0;
  for (std::string line; std::getline(letters, line);) ++lines;
  return lines;
}

std::string event_lines(const std::string& run, int count, const std::string& message) {
  std::string lines;
  for (int i = 0; i < count; ++i) {
    lines += fmt::format(R"({{"runId":"{}","nodeId":"n","type":"PROGRESS","level":"info",)"
                         R"("timestamp":"2025-10-13T12:00:00Z","message":"{} {}"}})"
                         "\n",
                         run, message, i);
  }
  return lines;
}

std::uint64_t lost_on(const std::string& errors) {
  static const std::string begin = "shiptrace: lost: ";
  const std::size_t at = errors.find(begin);
  if (at == std::string::npos) return 0;
  return number_before(errors, errors.find(' ', at + begin.size()));
}

std::uint64_t kept_on(const std::string& errors) {
  const std::size_t at = errors.find(" events kept in ");
  return at == std::string::npos ? 0 : number_before(errors, at);
}

}  // namespace trace::testing
