#include "redact/matcher.hpp"

#include <cstring>

#include "redact/redacting.hpp"

namespace trace::detail {
namespace {

template <class Sink>
void redact(const Matcher& matcher, std::string_view text, TextEnd end, Sink&& sink) {
  Redacting redacting;
  const Pieces pieces{{}, text};
  redacting.read(matcher, pieces, sink);
  if (end == TextEnd::whole) redacting.finish(pieces, sink);
}

}  // namespace

Matcher::Matcher(std::vector<std::string> forms)
    : forms_(std::move(forms)), automaton_(forms_), candidates_(forms_) {}

std::size_t Matcher::bytes() const noexcept {
  std::size_t sum = automaton_.bytes() + candidates_.bytes();
  for (const std::string& form : forms_) sum += sizeof form + form.size();
  return sum;
}

bool Matcher::contains(std::string_view text, TextEnd end) const noexcept {
  Automaton::Walk walk;
  for (std::size_t at = 0; at < text.size();) {
    const Candidates::Place place = candidates_.next(text, at);
    if (place.seen == text.size() && end == TextEnd::whole) return false;
    for (at = place.begin; at < text.size();) {
      automaton_.read(walk, text[at++]);
      if (automaton_.match(walk.state).symbols != 0) return true;
      if (at <= place.seen) continue;
      if (walk.is_idle()) break;
      const FormLength length = automaton_.under_way(walk.state);
      if (!length.has_gap && length.symbols <= candidates_.window() &&
          at - length.symbols > place.seen) {
        at -= length.symbols;
        walk = {};
        break;
      }
    }
  }
  return end == TextEnd::cut && automaton_.under_way(walk.state).symbols != 0;
}

std::size_t Matcher::redacted_size(std::string_view text, TextEnd end) const noexcept {
  std::size_t size = 0;
  redact(*this, text, end, [&](std::string_view piece) { size += piece.size(); });
  return size;
}

char* Matcher::write_redacted(char* to, std::string_view text, TextEnd end) const noexcept {
  redact(*this, text, end, [&](std::string_view piece) {
    std::memcpy(to, piece.data(), piece.size());
    to += piece.size();
  });
  return to;
}

std::string Matcher::redacted(std::string_view text, TextEnd end) const {
  std::string out;
  redact(*this, text, end, [&](std::string_view piece) { out += piece; });
  return out;
}

}  // namespace trace::detail
