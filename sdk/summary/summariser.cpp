// SPDX-License-Identifier: Apache-2.0
// Summariser: the summary of an output that may be larger than memory. Only the first and the last
// bytes that a summary could show are kept; the hash goes over all of them.
#include <openssl/evp.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

#include <trace/summary.hpp>

#include "contract/json_repair.hpp"
#include "secrets/stream_redactor.hpp"
#include "text/json_text.hpp"

namespace trace {
namespace {

constexpr std::size_t least_max_bytes = 512;
// The names, the hash, the count and the punctuation of a large output's summary.
constexpr std::size_t frame_bytes = 160;

std::string in_quotes(std::string_view text) {
  std::string out;
  detail::append_quoted(out, text);
  return out;
}

// Continuation bytes of a character.
constexpr std::size_t most_continuation = 3;

bool starts_inside_character(std::string_view text, std::size_t at) noexcept {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

// The longest beginning of the text whose JSON string has at most `budget` bytes.
std::string quoted_head(std::string_view text, std::size_t budget) {
  std::size_t fits = 0;
  std::size_t too_long = text.size() + 1;
  while (too_long - fits > 1) {
    const std::size_t middle = fits + (too_long - fits) / 2;
    (in_quotes(text.substr(0, middle)).size() <= budget ? fits : too_long) = middle;
  }
  std::size_t end = fits;
  while (end > 0 && fits - end < most_continuation && starts_inside_character(text, end)) --end;
  return in_quotes(text.substr(0, end));
}

std::string quoted_tail(std::string_view text, std::size_t budget) {
  std::size_t fits = 0;
  std::size_t too_long = text.size() + 1;
  while (too_long - fits > 1) {
    const std::size_t middle = fits + (too_long - fits) / 2;
    (in_quotes(text.substr(text.size() - middle)).size() <= budget ? fits : too_long) = middle;
  }
  const std::size_t first = text.size() - fits;
  std::size_t start = first;
  while (start - first < most_continuation && starts_inside_character(text, start)) ++start;
  return in_quotes(text.substr(start));
}

}  // namespace

struct Summariser::State {
  explicit State(SummaryLimits limits)
      : max_bytes(std::max(limits.max_bytes, least_max_bytes)),
        hash(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    if (!hash || EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr) != 1) {
      throw std::runtime_error("SHA-256 is not available");
    }
  }

  std::string sha256() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    EVP_DigestFinal_ex(hash.get(), digest, &length);
    static constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    for (unsigned i = 0; i < length; ++i) {
      hex += digits[digest[i] >> 4];
      hex += digits[digest[i] & 15];
    }
    return hex;
  }

  void add(std::string_view piece) {
    bytes += piece.size();
    EVP_DigestUpdate(hash.get(), piece.data(), piece.size());
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
    if (auto object = detail::repaired_json_object(head)) {
      out = std::move(*object);
    } else if (auto value = detail::repaired_json_value(head)) {
      out = "{\"value\":" + *value + "}";
    } else {
      out = "{\"value\":" + in_quotes(head) + "}";
    }
    return out.size() <= max_bytes ? out : std::string();
  }

  const std::size_t max_bytes;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> hash;
  std::uint64_t bytes = 0;
  std::string head;  // the first max_bytes
  std::string tail;  // at least the last max_bytes of what is not in `head`
  std::optional<detail::StreamRedactor> redactor;
  bool is_redacting = false;
  std::string short_output;
};

Summariser::Summariser(SummaryLimits limits) : state_(std::make_unique<State>(limits)) {}
Summariser::Summariser(SummaryLimits limits, std::shared_ptr<const detail::Secrets> secrets)
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
  const std::string head = quoted_head(s.head, budget);
  std::string last = s.head + s.tail;
  if (last.size() > s.max_bytes) last.erase(0, last.size() - s.max_bytes);
  std::string out = "{\"bytes\":";
  detail::append_number(out, s.bytes);
  out.append(",\"sha256\":\"").append(s.sha256()).append("\",\"head\":").append(head);
  out.append(",\"tail\":").append(quoted_tail(last, budget)).append("}");
  return out;
}

std::string summarise(std::string_view output, SummaryLimits limits) {
  Summariser summariser(limits);
  summariser.update(output);
  return summariser.finish();
}

}  // namespace trace
