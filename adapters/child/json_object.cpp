// SPDX-License-Identifier: Apache-2.0
#include "child/json_object.hpp"

#include <fmt/format.h>

#include <trace/detail/values.hpp>

#include "text/json_text.hpp"

namespace trace::child {

std::string json_text(std::string_view text) { return detail::text::in_quotes(text); }

std::string json_arguments(const std::vector<std::string>& argv) {
  std::string out = "[";
  for (std::size_t i = 0; i < argv.size(); ++i) {
    if (i > 0) out += ',';
    if (out.size() + argv[i].size() > detail::max_message_bytes) {
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
