#include "child/stderr_tail.hpp"

#include "child/json_object.hpp"

namespace trace::child {
namespace {

constexpr std::string_view cut = "…";

bool continues_character(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// The end of a text, begun at a character.
std::string end_of(std::string_view text) {
  if (text.size() <= StderrTail::most_bytes) return std::string(text);
  text.remove_prefix(text.size() - (StderrTail::most_bytes - cut.size()));
  for (int i = 0; i < 3 && continues_character(text.front()); ++i) text.remove_prefix(1);
  return std::string(cut).append(text);
}

}  // namespace

void StderrTail::add(std::string_view line) {
  bytes_ += lines_.emplace_back(end_of(line)).size();
  while (lines_.size() > most_lines || bytes_ > most_bytes) {
    bytes_ -= lines_.front().size();
    lines_.pop_front();
  }
}

std::string StderrTail::json() const {
  std::string out = "[";
  for (const std::string& line : lines_) {
    if (out.size() > 1) out += ',';
    out += json_text(line);
  }
  return out + "]";
}

}  // namespace trace::child
