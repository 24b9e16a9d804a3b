// SPDX-License-Identifier: Apache-2.0
#include "secrets/places.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <vector>

#include "support/file_contents.hpp"

namespace trace::testing {
namespace {

using Database = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;

// Each column of each row, concatenated.
std::vector<std::string> ask(const Database& database, const std::string& query) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(database.get(), query.c_str(), -1, &raw, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sqlite3_errmsg(database.get()));
  }
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(raw,
                                                                             &sqlite3_finalize);
  std::vector<std::string> values;
  while (sqlite3_step(raw) == SQLITE_ROW) {
    for (int column = 0; column < sqlite3_column_count(raw); ++column) {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(raw, column));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(raw, column));
      values.emplace_back(bytes == nullptr ? std::string() : std::string(bytes, size));
    }
  }
  return values;
}

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xE0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

}  // namespace

std::string content_of_all(const std::string& directory) {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    all += entry.path().string() + '\n';
    if (!entry.is_regular_file()) continue;
    all += contents(entry.path());
  }
  return all;
}

std::string values_of(const std::string& path) {
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
  const Database database(raw, &sqlite3_close);
  if (opened != SQLITE_OK) throw std::runtime_error("cannot open " + path);
  std::string all;
  for (const std::string& table :
       ask(database, "SELECT name FROM sqlite_master WHERE type = 'table'")) {
    for (const std::string& value : ask(database, "SELECT * FROM \"" + table + "\"")) {
      all += value + '\n';
    }
  }
  return all;
}

std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      out += text[at];
      continue;
    }
    const char kind = text[++at];
    if (kind == 'u' && text.find_first_not_of("0123456789abcdefABCDEF", at + 1) >= at + 5 &&
        at + 4 < text.size()) {
      append_utf8(out, static_cast<std::uint32_t>(std::stoul(text.substr(at + 1, 4), nullptr, 16)));
      at += 4;
    } else if (kind == 'n') {
      out += '\n';
    } else {
      out += kind;
    }
  }
  return out;
}

}  // namespace trace::testing
