// SPDX-License-Identifier: Apache-2.0
// Redaction of any bytes: a whole text and the same text in any pieces give what the oracle gives,
// no secret is left in any of its forms, and JSON stays JSON.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "contract/json_repair.hpp"
#include "secrets/event_redactor.hpp"
#include "secrets/secret_forms.hpp"
#include "secrets/text_redactor.hpp"
#include "tokens/token_patterns.hpp"
#include "unit/secrets/oracle.hpp"

namespace {

using namespace trace;
using namespace trace::testing;

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
  std::string text(std::size_t size) {
    std::string text(bytes_.substr(0, size));
    bytes_.remove_prefix(text.size());
    return text;
  }

 private:
  std::string_view bytes_;
};

// In lines of a length, with an end that the input chooses.
std::string wrapped(std::string_view form, Input& input) {
  constexpr std::string_view line_ends[] = {"\n",  "\r\n",  "\\n",  "\\\\r\\\\n",
                                            "=\n", "=\r\n", "\n  ", "\\x"};
  const std::string_view end = line_ends[input.byte() % std::size(line_ends)];
  const std::size_t width = 1 + input.byte() % 80;
  std::string text;
  for (std::size_t at = 0; at < form.size(); at += width) {
    text.append(form.substr(at, width)).append(end);
  }
  return text;
}

// Literal bytes, forms, parts of forms and forms in lines.
std::string text_of(Input& input, const std::vector<std::string>& forms) {
  std::string text;
  while (!input.empty() && text.size() < 4096) {
    const std::size_t kind = input.byte();
    if (kind < 128 || forms.empty()) {
      text += input.text(kind % 16);
      continue;
    }
    const std::string& form = forms[input.byte() % forms.size()];
    const std::size_t size = kind % 2 == 0 ? form.size() : input.byte() % (form.size() + 1);
    text += kind < 192 ? form.substr(0, size) : wrapped(form, input);
  }
  return text;
}

// An occurrence is a leak unless it overlaps a replacement: text may end with a
// half of a form whose other half is "[REDACTED]".
void require_no_leak(const std::vector<std::string>& forms, std::string_view redacted) {
  for (const std::string& form : forms) {
    if (!occurs(form, redacted)) continue;
    bool in_plain = false;
    for (std::size_t at = 0; at <= redacted.size();) {
      const std::size_t end =
          std::min(redacted.find(detail::secrets::replacement, at), redacted.size());
      in_plain = in_plain || occurs(form, redacted.substr(at, end - at));
      at = end + detail::secrets::replacement.size();
    }
    require(!in_plain);
  }
}

void check_streams(const std::shared_ptr<detail::secrets::Secrets>& secrets, std::string_view text,
                   std::string_view expected, std::size_t seed) {
  detail::secrets::StreamRedactor stream(secrets);
  std::string out;
  const auto sink = [&](std::string_view piece) {
    require(!piece.empty());
    out += piece;
  };
  for (std::string_view rest = text; !rest.empty();) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    const std::size_t size = std::min(rest.size(), std::size_t{1} + (seed >> 33) % 23);
    stream.write(rest.substr(0, size), sink);
    require(stream.kept() <= secrets->longest_kept());
    rest.remove_prefix(size);
  }
  stream.finish(sink);
  require(out == expected);
}

void check_json(const std::shared_ptr<detail::secrets::Secrets>& secrets, std::string_view text) {
  const auto json = detail::contract::repaired_json_value(text);
  if (!json) return;
  detail::secrets::EventRedactor redactor({secrets, true});
  redactor.refresh();
  require(detail::contract::repaired_json_value(redactor.cleaned_json(*json)).has_value());
}

}  // namespace

// The first byte says how many secrets there are and how short they may be; each has a size in
// front; the rest is text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({reinterpret_cast<const char*>(data), size});
  const std::size_t head = input.byte();
  const std::size_t shortest = head < 128 ? detail::secrets::shortest_secret : 1;
  auto secrets = std::make_shared<detail::secrets::Secrets>(shortest);
  std::set<std::string> all;
  for (std::size_t count = head % 5; count > 0; --count) {
    const std::string value = input.text(input.byte() % 80);
    if (!is_redacted(secrets->add(value))) continue;
    for (std::string& form : detail::secrets::secret_forms(value, shortest))
      all.insert(std::move(form));
  }
  const std::vector<std::string> forms(all.begin(), all.end());
  const std::size_t seed = input.byte();
  const std::string text = text_of(input, forms);

  std::string without;
  detail::tokens::append_without_tokens(without, text, detail::secrets::replacement);
  check_json(secrets, text);
  if (secrets->empty()) return 0;
  const std::string expected = redacted_by_oracle(forms, text);
  require(secrets->shared_matcher()->redacted(text) == expected);
  require(secrets->shared_matcher()->redacted_size(text) == expected.size());
  require(secrets->shared_matcher()->contains(text) == (expected != text) ||
          text.find(detail::secrets::replacement) != std::string::npos);
  require_no_leak(forms, expected);
  check_streams(secrets, text, expected, seed);
  return 0;
}
