#include "redact/token_anchors.hpp"

namespace trace::detail {

bool is_anchor(char c, char next) noexcept {
  switch (c) {
    case '_':
    case 'J':
    case '?':
    case '&':
      return true;
    case 'I':
      return next == 'A';
    case 'k':
    case 't':
    case '-':
      return next == '-';
    case 'x':
      return next == 'o';
    case ':':
      return next == '/';
    case 'b':
    case 'B':
      return next == 'e' || next == 'E' || next == 'a' || next == 'A';
    default:
      return false;
  }
}

}  // namespace trace::detail
