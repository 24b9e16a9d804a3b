// Token patterns: what nobody registered as a secret and everybody recognises as one by its shape.
//
//   eyJ….….…                       JSON web tokens
//   ghp_… gho_… ghs_… ghu_… ghr_… github_pat_… glpat-… npm_…
//   AKIA… ASIA…                    AWS
//   sk_live_… sk_test_… rk_live_… rk_test_… sk-… xoxb-… (and xoxa, xoxp, xoxr, xoxs)
//   Bearer x, Basic x              of Authorization headers: the x
//   scheme://user:x@host           the x
//   ?token=x &X-Amz-Signature=x …  the x
//   -----BEGIN … PRIVATE KEY-----  the block
//
// Conservative: what is only similar stays. Text without any of the few bytes that these have in
// common is read sixteen bytes at a time. Linear in the text's size. Pure functions, safe on any
// thread; the encoder runs them over each value that it sends.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace trace::detail {

struct TextPart {
  std::size_t begin;
  std::size_t end;
};

// The first part that is to be replaced and does not begin in front of `from`.
std::optional<TextPart> next_token(std::string_view text, std::size_t from = 0) noexcept;

// Appends the text with "[REDACTED]" for each part.
void append_without_tokens(std::string& out, std::string_view text);

}  // namespace trace::detail
