#include "unit/redact/oracle.hpp"

namespace trace::testing {
namespace {

bool is_white_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\v' || c == '\f' || c == '\r';
}

// Where an occurrence of the form that begins at `at` ends; 0: there is none.
std::size_t end_of(std::string_view form, std::string_view text, std::size_t at) {
  for (const char symbol : form) {
    if (symbol == ' ') {
      std::size_t run = 0;
      while (at + run < text.size() && is_white_space(text[at + run])) ++run;
      if (run == 0 || run > 128) return 0;
      at += run;
    } else {
      if (at >= text.size() || text[at] != symbol) return 0;
      ++at;
    }
  }
  return at;
}

}  // namespace

bool occurs(std::string_view form, std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (end_of(form, text, at) != 0) return true;
  }
  return false;
}

std::string redacted_by_oracle(const std::vector<std::string>& forms, std::string_view text) {
  std::vector<bool> marked(text.size());
  // Whether a part ends and another begins at a place makes no difference: they touch.
  for (const std::string& form : forms) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      const std::size_t end = end_of(form, text, at);
      for (std::size_t i = at; i < end; ++i) marked[i] = true;
    }
  }
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!marked[at]) {
      out += text[at];
    } else if (at == 0 || !marked[at - 1]) {
      out += "[REDACTED]";
    }
  }
  return out;
}

}  // namespace trace::testing
