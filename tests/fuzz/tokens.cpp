// SPDX-License-Identifier: Apache-2.0
// Shapes of tokens in any text: the parts are in order and within the text, every way of scanning
// finds the same, redacting twice is redacting once, JSON stays JSON, and what is clean as JSON is
// clean as a value.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "contract/json_repair.hpp"
#include "secrets/event_redactor.hpp"
#include "text/json_text.hpp"
#include "tokens/token_anchors.hpp"
#include "tokens/token_patterns.hpp"
#include "tokens/token_table.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

class Input {
 public:
  explicit Input(std::string_view bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  std::size_t byte() {
    if (bytes_.empty()) return 0;
    const auto value = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    return value;
  }
  std::string_view text(std::size_t size) {
    const std::string_view text = bytes_.substr(0, size);
    bytes_.remove_prefix(text.size());
    return text;
  }

 private:
  std::string_view bytes_;
};

// A row's text, with the first character of each of its sets.
std::string text_of(const trace::detail::tokens::TokenRow& row) {
  std::string text;
  for (std::size_t i = 0; i < row.text.size(); ++i) {
    if (row.text[i] != '[') {
      text += row.text[i];
      continue;
    }
    text += row.text[i + 1];
    i = row.text.find(']', i);
  }
  return text;
}

// Literal bytes, texts of rows, contexts of values, and runs that could be tokens.
std::string text_of(Input& input) {
  static constexpr std::string_view around[] = {"=",
                                                ": ",
                                                "\":\"",
                                                "\"",
                                                "' ",
                                                " ",
                                                "&",
                                                "?",
                                                "://",
                                                "@",
                                                ":",
                                                ".",
                                                "\n",
                                                "\\n",
                                                "\\\"",
                                                "[",
                                                "]",
                                                "</",
                                                ">",
                                                "--",
                                                "\x1b[31m",
                                                "\\u001b[0m",
                                                "%3D",
                                                "[REDACTED]",
                                                "Bearer ",
                                                "Digest ",
                                                ", ",
                                                "; ",
                                                "-----",
                                                "-----END PRIVATE KEY-----",
                                                "PRIVATE KEY-----\n",
                                                "-p",
                                                "x",
                                                "<",
                                                "${",
                                                "\xE2\x80\xA6"};
  static constexpr std::string_view run =
      "a1B2c3D4e5F6g7H8i9J0K1l2M3n4O5p6Q7r8S9t0U1v2W3x4Y5z6A7b8C9d0E1f2G3h4I5j6K7l8M9n0O1p2Q3r4";
  static constexpr std::string_view hex = "0123456789abcdef0123456789abcdef0123456789abcdef";
  std::string text;
  while (!input.empty() && text.size() < 4096) {
    const std::size_t kind = input.byte();
    if (kind < 48) {
      text += input.text(kind % 12);
    } else if (kind < 112) {
      text +=
          text_of(trace::detail::tokens::token_table[input.byte() %
                                                     trace::detail::tokens::token_table.size()]);
    } else if (kind < 184) {
      text += around[input.byte() % std::size(around)];
    } else {
      text += (kind % 4 == 0 ? hex : run).substr(0, input.byte() % run.size());
    }
  }
  return text;
}

std::string without(std::string_view text) {
  std::string out;
  trace::detail::tokens::append_without_tokens(out, text, trace::detail::secrets::replacement);
  return out;
}

void check_parts(std::string_view text) {
  std::size_t done = 0;
  while (const auto part = trace::detail::tokens::next_token(text, done)) {
    require(part->begin >= done && part->end > part->begin && part->end <= text.size());
    require(text.substr(part->begin, part->end - part->begin) !=
            trace::detail::secrets::replacement);
    done = part->end;
  }
  const std::string expected = without(text);
  require((expected == text) == (done == 0));
  for (const std::size_t block : {1U, 16U, 32U, 0U}) {
    if (trace::detail::tokens::set_anchor_block(block)) require(without(text) == expected);
  }
}

// Redacting once more changes nothing, or shortens what a chain of more assignments than there are
// passes has left ("secret=secret=secret=…").
void check_again(const std::string& once, const std::string& again) {
  require(again == once || again.size() < once.size());
}

void check_json(std::string_view text) {
  trace::detail::secrets::EventRedactor redactor({nullptr, true});
  std::string json = "{\"message\":";
  trace::detail::text::append_quoted(json, text);
  json += '}';
  require(trace::detail::contract::repaired_json_value(redactor.cleaned_json(json)).has_value());
  // The encoder relies on this.
  if (trace::detail::tokens::next_anchor(json, 0) == json.size())
    require(!trace::detail::tokens::next_token(text));
  if (const auto object = trace::detail::contract::repaired_json_value(text)) {
    const std::string once(redactor.cleaned_json(*object));
    require(trace::detail::contract::repaired_json_value(once).has_value());
    check_again(once, std::string(redactor.cleaned_json(once)));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({reinterpret_cast<const char*>(data), size});
  const std::string text = text_of(input);
  check_parts(text);
  const std::string once = without(text);
  check_again(once, without(once));
  check_json(text);
  return 0;
}
