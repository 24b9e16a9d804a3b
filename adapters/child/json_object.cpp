// SPDX-License-Identifier: Apache-2.0
#include "child/json_object.hpp"

#include <fmt/format.h>

#include <iterator>

namespace trace::child {

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string json_arguments(const std::vector<std::string>& argv) {
  constexpr std::size_t most_bytes = 16 * 1024;
  std::string out = "[";
  for (std::size_t i = 0; i < argv.size(); ++i) {
    if (i > 0) out += ',';
    if (out.size() + argv[i].size() > most_bytes) {
      out += json_text(fmt::format("… {} more", argv.size() - i));
      break;
    }
    out += json_text(argv[i]);
  }
  return out + "]";
}

std::string json_size(const TerminalSize& size) {
  return JsonObject().number("rows", size.rows).number("columns", size.columns).str();
}

}  // namespace trace::child
