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
    for (at = place.begin; at < text.size() && (at <= place.seen || !walk.is_idle());) {
      automaton_.read(walk, text[at++]);
      if (automaton_.match(walk.state).symbols != 0) return true;
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
