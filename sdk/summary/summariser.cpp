// SPDX-License-Identifier: Apache-2.0
// Summariser: the summary of an output that may be larger than memory. Only the first and the last
// bytes that a summary could show are kept; the hash goes over all of them.
#include <algorithm>
#include <optional>

#include <trace/summary.hpp>

#include "contract/json_repair.hpp"
#include "secrets/text_redactor.hpp"
#include "text/json_text.hpp"
#include "text/sha256.hpp"
#include "text/utf8.hpp"

namespace trace {
namespace {

using detail::text::in_quotes;

constexpr std::size_t least_max_bytes = 512;
// The names, the hash, the count and the punctuation of a large output's summary.
constexpr std::size_t frame_bytes = 160;

// The most bytes of a text whose JSON string has at most `budget` bytes; `part` makes the text of a
// number of bytes.
template <class Part>
std::string quoted_part(std::string_view text, std::size_t budget, Part part) {
  std::size_t fits = 0;
  std::size_t too_long = text.size() + 1;
  while (too_long - fits > 1) {
    const std::size_t middle = fits + (too_long - fits) / 2;
    (in_quotes(part(text, middle)).size() <= budget ? fits : too_long) = middle;
  }
  return in_quotes(part(text, fits));
}

}  // namespace

struct Summariser::State {
  explicit State(SummaryLimits limits) : max_bytes(std::max(limits.max_bytes, least_max_bytes)) {}

  void add(std::string_view piece) {
    bytes += piece.size();
    hash.update(piece);
    const std::size_t to_head = std::min(piece.size(), max_bytes - head.size());
    head.append(piece.substr(0, to_head));
    piece.remove_prefix(to_head);
    if (piece.size() > max_bytes) piece.remove_prefix(piece.size() - max_bytes);
    tail.append(piece);
    if (tail.size() > 2 * max_bytes) tail.erase(0, tail.size() - max_bytes);
  }

  // Output that may be shown unchanged is redacted later, member by member; the rest is redacted
  // now, before a cut can make a secret unrecognisable.
  void add_redacted(std::string_view piece) {
    if (!is_redacting && short_output.size() + piece.size() <= max_bytes) {
      short_output += piece;
      return;
    }
    const auto to_summary = [this](std::string_view clean) { add(clean); };
    if (!is_redacting) redactor->write(short_output, to_summary);
    is_redacting = true;
    redactor->write(piece, to_summary);
  }

  void finish_redacted() {
    if (!is_redacting) return add(short_output);
    redactor->finish([this](std::string_view clean) { add(clean); });
  }

  // The whole output, if it is short enough.
  std::string whole() const {
    if (bytes > max_bytes) return {};
    if (bytes == 0) return "{}";
    std::string out;
    if (auto object = detail::contract::repaired_json_object(head)) {
      out = std::move(*object);
    } else if (auto value = detail::contract::repaired_json_value(head)) {
      out = "{\"value\":" + *value + "}";
    } else {
      out = "{\"value\":" + in_quotes(head) + "}";
    }
    return out.size() <= max_bytes ? out : std::string();
  }

  const std::size_t max_bytes;
  detail::text::Sha256 hash;
  std::uint64_t bytes = 0;
  std::string head;  // the first max_bytes
  std::string tail;  // at least the last max_bytes of what is not in `head`
  std::optional<detail::secrets::StreamRedactor> redactor;
  bool is_redacting = false;
  std::string short_output;
};

Summariser::Summariser(SummaryLimits limits) : state_(std::make_unique<State>(limits)) {}
Summariser::Summariser(SummaryLimits limits,
                       std::shared_ptr<const detail::secrets::Secrets> secrets)
    : Summariser(limits) {
  if (secrets != nullptr) state_->redactor.emplace(std::move(secrets));
}
Summariser::~Summariser() = default;
Summariser::Summariser(Summariser&&) noexcept = default;
Summariser& Summariser::operator=(Summariser&&) noexcept = default;

void Summariser::update(std::string_view piece) {
  if (state_->redactor) return state_->add_redacted(piece);
  state_->add(piece);
}

std::string Summariser::finish() {
  State& s = *state_;
  if (s.redactor) s.finish_redacted();
  if (std::string whole = s.whole(); !whole.empty()) return whole;
  const std::size_t budget = (s.max_bytes - frame_bytes) / 2;
  const std::string head = quoted_part(s.head, budget, detail::text::trimmed_utf8);
  std::string last = s.head + s.tail;
  if (last.size() > s.max_bytes) last.erase(0, last.size() - s.max_bytes);
  std::string out = "{\"bytes\":";
  detail::text::append_number(out, s.bytes);
  out.append(",\"sha256\":\"").append(s.hash.finish()).append("\",\"head\":").append(head);
  out.append(",\"tail\":").append(quoted_part(last, budget, detail::text::utf8_tail)).append("}");
  return out;
}

std::string summarise(std::string_view output, SummaryLimits limits) {
  Summariser summariser(limits);
  summariser.update(output);
  return summariser.finish();
}

}  // namespace trace
