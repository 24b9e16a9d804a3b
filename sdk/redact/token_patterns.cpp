#include "redact/token_patterns.hpp"

#include <algorithm>
#include <array>

#include "redact/matcher.hpp"
#include "redact/token_anchors.hpp"

namespace trace::detail {
namespace {

using Part = std::optional<TextPart>;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_alphanumeric(char c) { return is_digit(c) || is_upper(c) || is_lower(c); }
bool is_word(char c) { return is_alphanumeric(c) || c == '_' || c == '-'; }
bool is_upper_or_digit(char c) { return is_upper(c) || is_digit(c); }
bool is_base64(char c) { return is_alphanumeric(c) || c == '+' || c == '/' || c == '='; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_one_of(char c, std::string_view characters) {
  return characters.find(c) != std::string_view::npos;
}
// RFC 6750
bool is_bearer(char c) { return is_alphanumeric(c) || is_one_of(c, "-._~+/="); }

char lower(char c) { return is_upper(c) ? static_cast<char>(c + 32) : c; }
bool equals(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return lower(a) == b; });
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  // What the anchor at `at` is part of. "k-" and "t-" are in many words that are none.
  Part at_anchor(std::size_t at) const {
    switch (text_[at]) {
      case '_':
        return at_underscore(at);
      case 'J':
        return at >= 2 ? json_web_token(at - 2) : std::nullopt;
      case 'I':
        return at >= 2 ? aws(at - 2) : std::nullopt;
      case 'k':
        return at >= 1 && text_[at - 1] == 's' && has("sk-", at - 1) ? mixed(at - 1, 3, 20)
                                                                     : std::nullopt;
      case 'x':
        return slack(at);
      case 't':
        return at >= 4 && text_[at - 1] == 'a' && has("glpat-", at - 4) ? word(at - 4, 6, 20)
                                                                        : std::nullopt;
      case '-':
        return private_key(at);
      case ':':
        return password_in_url(at);
      case '?':
      case '&':
        return parameter(at + 1);
      default:
        return credentials(at);
    }
  }

 private:
  char at(std::size_t i) const { return i < text_.size() ? text_[i] : '\0'; }
  bool has(std::string_view word, std::size_t at) const {
    return text_.substr(std::min(at, text_.size())).starts_with(word);
  }
  template <class Is>
  std::size_t end_of(std::size_t from, Is&& is) const {
    while (from < text_.size() && is(text_[from])) ++from;
    return from;
  }
  // Whether a token may begin here: behind no part of a word, unless that is the end of an escape.
  bool begins(std::size_t at) const {
    if (at == 0 || !is_word(text_[at - 1])) return true;
    if (at >= 2 && text_[at - 2] == '\\' && is_one_of(text_[at - 1], "bfnrt")) return true;
    return at >= 6 && has("\\u00", at - 6);
  }

  // A token of a prefix and at least so many characters of a kind, and no other behind them.
  template <class Is>
  Part token(std::size_t begin, std::size_t prefix, std::size_t least, Is&& is) const {
    if (!begins(begin)) return std::nullopt;
    const std::size_t end = end_of(begin + prefix, is);
    if (end - begin - prefix < least || is_word(at(end))) return std::nullopt;
    return TextPart{begin, end};
  }
  Part alphanumeric(std::size_t begin, std::size_t prefix, std::size_t least) const {
    return token(begin, prefix, least, is_alphanumeric);
  }
  Part word(std::size_t begin, std::size_t prefix, std::size_t least) const {
    return token(begin, prefix, least, is_word);
  }
  // Words of letters and hyphens are words.
  Part mixed(std::size_t begin, std::size_t prefix, std::size_t least) const {
    const Part part = word(begin, prefix, least);
    if (!part) return part;
    const std::string_view rest = text_.substr(begin + prefix, part->end - part->begin - prefix);
    const bool random = std::any_of(rest.begin(), rest.end(), is_digit) &&
                        std::any_of(rest.begin(), rest.end(), is_upper) &&
                        std::any_of(rest.begin(), rest.end(), is_lower);
    return random ? part : std::nullopt;
  }

  Part at_underscore(std::size_t at) const {
    if (at >= 3 && text_[at - 3] == 'g' && text_[at - 2] == 'h' &&
        is_one_of(text_[at - 1], "pousr")) {
      return alphanumeric(at - 3, 4, 30);
    }
    if (at >= 3 && has("npm_", at - 3)) return alphanumeric(at - 3, 4, 36);
    if (at >= 10 && has("github_pat_", at - 10)) return word(at - 10, 11, 36);
    if (at >= 2 && (has("sk_", at - 2) || has("rk_", at - 2)) &&
        (has("live_", at + 1) || has("test_", at + 1))) {
      return alphanumeric(at - 2, 8, 16);
    }
    return std::nullopt;
  }

  Part aws(std::size_t begin) const {
    if (!has("AKIA", begin) && !has("ASIA", begin)) return std::nullopt;
    const Part part = token(begin, 4, 16, is_upper_or_digit);
    return part && part->end - part->begin == 20 ? part : std::nullopt;
  }

  Part slack(std::size_t begin) const {
    if (!has("xox", begin) || !is_one_of(at(begin + 3), "abprs") || at(begin + 4) != '-') {
      return std::nullopt;
    }
    const Part part = word(begin, 5, 10);
    if (!part || !std::any_of(text_.begin() + static_cast<std::ptrdiff_t>(begin),
                              text_.begin() + static_cast<std::ptrdiff_t>(part->end), is_digit)) {
      return std::nullopt;
    }
    return part;
  }

  // {"… in base64 begins with eyJ.
  Part json_web_token(std::size_t begin) const {
    if (!has("eyJ", begin) || !begins(begin)) return std::nullopt;
    const std::size_t payload = end_of(begin, is_word);
    if (payload - begin < 12 || at(payload) != '.') return std::nullopt;
    const std::size_t signature = end_of(payload + 1, is_word);
    if (signature - payload < 9 || at(signature) != '.') return std::nullopt;
    return TextPart{begin, end_of(signature + 1, is_word)};
  }

  // Bearer x, Basic x
  Part credentials(std::size_t begin) const {
    const bool bearer = equals(text_.substr(begin, 7), "bearer ");
    if ((!bearer && !equals(text_.substr(begin, 6), "basic ")) || !begins(begin)) {
      return std::nullopt;
    }
    const std::size_t value = begin + (bearer ? 7 : 6);
    const std::size_t end = bearer ? end_of(value, is_bearer) : end_of(value, is_base64);
    const std::string_view token = text_.substr(value, end - value);
    const bool is_credential = is_in_header(begin) ? !token.empty()
                               : bearer            ? is_random(token)
                                                   : is_user_and_password(token);
    return is_credential ? Part(TextPart{value, end}) : std::nullopt;
  }

  // Behind "Authorization: ", in whatever notation.
  bool is_in_header(std::size_t at) const {
    while (at > 0 && is_one_of(text_[at - 1], " :=\"'\\")) --at;
    constexpr std::string_view header = "authorization";
    return at >= header.size() && equals(text_.substr(at - header.size(), header.size()), header);
  }

  static bool is_random(std::string_view token) {
    return token.size() >= 16 && std::any_of(token.begin(), token.end(), is_digit);
  }

  static bool is_user_and_password(std::string_view base64) {
    if (base64.size() < 8 || base64.size() % 4 != 0) return false;
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bool has_colon = false;
    std::uint32_t bits = 0;
    int pending = 0;
    for (const char c : base64.substr(0, base64.find('='))) {
      const std::size_t value = alphabet.find(c);
      if (value == std::string_view::npos) return false;
      bits = bits << 6 | static_cast<std::uint32_t>(value);
      if ((pending += 6) < 8) continue;
      pending -= 8;
      const auto byte = static_cast<unsigned char>(bits >> pending);
      if (byte < 0x20 || byte == 0x7F) return false;
      has_colon = has_colon || byte == ':';
    }
    return has_colon;
  }

  // scheme://user:x@host
  Part password_in_url(std::size_t colon) const {
    if (!has("://", colon) || colon == 0 || !is_alphanumeric(text_[colon - 1])) {
      return std::nullopt;
    }
    const std::size_t begin = colon + 3;
    const std::size_t end =
        end_of(begin, [](char c) { return !is_space(c) && !is_one_of(c, "/?#\"'<>\\`"); });
    const std::string_view authority = text_.substr(begin, end - begin);
    const std::size_t host = authority.rfind('@');
    const std::size_t password = authority.find(':');
    if (host == std::string_view::npos || password >= host || password + 1 == host) {
      return std::nullopt;
    }
    return TextPart{begin + password + 1, begin + host};
  }

  // ?token=x
  Part parameter(std::size_t begin) const {
    static constexpr std::array<std::string_view, 22> names{"access_token",
                                                            "api-key",
                                                            "api_key",
                                                            "apikey",
                                                            "auth",
                                                            "auth_token",
                                                            "authtoken",
                                                            "client_secret",
                                                            "id_token",
                                                            "jwt",
                                                            "passwd",
                                                            "password",
                                                            "private_token",
                                                            "pwd",
                                                            "refresh_token",
                                                            "secret",
                                                            "session_token",
                                                            "sig",
                                                            "signature",
                                                            "token",
                                                            "x-amz-security-token",
                                                            "x-amz-signature"};
    static constexpr std::string_view google = "x-goog-signature";
    constexpr std::size_t longest_name = 24;
    if (has("amp;", begin)) begin += 4;  // in HTML
    const std::string_view rest = text_.substr(std::min(begin, text_.size()), longest_name + 1);
    const std::string_view name = rest.substr(0, rest.find('='));
    if (name.size() == rest.size() || name.empty()) return std::nullopt;
    const bool known = equals(name, google) ||
                       std::any_of(names.begin(), names.end(),
                                   [&](std::string_view each) { return equals(name, each); });
    if (!known) return std::nullopt;
    const std::size_t value = begin + name.size() + 1;
    const std::size_t end =
        end_of(value, [](char c) { return !is_space(c) && !is_one_of(c, "&#\"'<>\\`)"); });
    constexpr std::size_t shortest_value = 6;
    if (end - value < shortest_value) return std::nullopt;
    return TextPart{value, end};
  }

  // The block with its banners; without an end, what of its body is there.
  Part private_key(std::size_t begin) const {
    constexpr std::string_view banner = "-----BEGIN ";
    constexpr std::string_view kind = "PRIVATE KEY-----";
    constexpr std::size_t longest_kind = 48;
    if (!has(banner, begin)) return std::nullopt;
    const std::size_t found = text_.substr(begin, longest_kind).find(kind);
    if (found == std::string_view::npos) return std::nullopt;
    std::size_t body = begin + found + kind.size();
    while (is_space(at(body)) || at(body) == '\\') body += at(body) == '\\' ? 2 : 1;
    const auto is_body = [](char c) { return is_base64(c) || is_space(c) || c == '\\'; };
    constexpr std::size_t shortest_body = 16;
    std::size_t end = 0;
    if (has("Proc-Type:", body) || has("DEK-Info:", body)) {
      end = std::min(text_.find("-----END ", body), text_.size());
    } else if (end_of(body, is_base64) - body >= shortest_body) {
      end = end_of(body, is_body);
    } else {
      return std::nullopt;
    }
    if (!has("-----END ", end)) {
      while (is_space(text_[end - 1])) --end;
      return TextPart{begin, end};
    }
    const std::size_t last = text_.substr(end, longest_kind).find(kind);
    return TextPart{begin, last == std::string_view::npos ? end : end + last + kind.size()};
  }

  std::string_view text_;
};

}  // namespace

std::optional<TextPart> next_token(std::string_view text, std::size_t from) noexcept {
  const Reader reader(text);
  for (std::size_t at = next_anchor(text, from); at < text.size(); at = next_anchor(text, at + 1)) {
    const std::optional<TextPart> part = reader.at_anchor(at);
    if (part && part->begin >= from) return part;
  }
  return std::nullopt;
}

void append_without_tokens(std::string& out, std::string_view text) {
  std::size_t done = 0;
  while (const std::optional<TextPart> part = next_token(text, done)) {
    out.append(text.substr(done, part->begin - done)).append(replacement);
    done = part->end;
  }
  out.append(text.substr(done));
}

}  // namespace trace::detail
