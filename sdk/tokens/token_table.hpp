// SPDX-License-Identifier: Apache-2.0
// The table of tokens: every shape that is recognised without registration, one row each. The
// anchors for the scan (token_anchors.cpp), the readers (token_patterns.cpp) and the table in
// docs/redaction.md are derived from it. Constants, safe on any thread.
//
// A row is found by four characters of its text, from `anchor` on, which are rare in other text and
// never white space. If the text ends earlier they continue with the row's alphabet.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tokens/alphabets.hpp"

namespace trace::detail::tokens {

// The form of a row, which determines the part of the text that is removed.
enum class Form : std::uint8_t {
  shaped,        // a prefix and a run of an alphabet: all of it
  assigned,      // a name and a value: name=x, name: x, "name":"x", --name x: the value
  parameter,     // a name and a value in a query, a form or a fragment: ?name=x: the value
  credentials,   // the header Authorization: what follows the scheme
  scheme,        // Bearer x, Basic x outside of such a header: the x
  cookies,       // the headers Cookie and Set-Cookie: the values
  web_token,     // segments of base64 with dots between them: all of it
  key_block,     // a block between banners: the block
  key_lines,     // the lines of base64 after a line with their number: the lines
  url_password,  // the text before the @ of a URL: the password, or a token alone
  attached,      // program … -px: the x
  oracle,        // thin:user/x@: the x
};

// Additional conditions, if the shape alone is too common.
enum class Evidence : std::uint8_t {
  spread,    // enough different characters: not xxxx
  digit,     // and a digit
  mixed,     // and a digit, an upper and a lower case letter
  password,  // a plausible password, not a placeholder
  random,    // generated: letters and digits
  basic,     // base64 of user:password
};

// A run of characters before the prefix that belongs to the token.
struct Lead {
  Alphabet alphabet = Alphabet::digits;
  std::uint8_t least = 0;
  std::uint8_t most = 0;
};

struct TokenRow {
  std::string_view what;  // as docs/redaction.md names it
  Form form;
  std::string_view text;  // the prefix, or the name in lower case; [abc] is one character of these
  std::uint8_t anchor;    // which of its characters the anchor begins with
  Alphabet alphabet = Alphabet::word;
  std::uint16_t least = 0;  // characters after the prefix, or of the value
  std::uint16_t most = 0;
  Evidence evidence = Evidence::spread;
  Lead lead = {};
  // Endings of names, without '_', '-' and '.', separated by '|'.
  std::string_view names = {};
};

// Names match in any case, prefixes in their own.
constexpr bool is_folded(Form form) noexcept {
  return form != Form::shaped && form != Form::web_token && form != Form::key_block &&
         form != Form::key_lines;
}

// One element of a row's text: the characters that it matches.
struct Element {
  std::array<std::uint64_t, 2> bits{};

  constexpr void add(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    bits[byte >> 6U & 1U] |= std::uint64_t{1} << (byte & 63U);
  }
  constexpr bool has(char c) const noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x80 && (bits[byte >> 6U] >> (byte & 63U) & 1U) != 0;
  }
  friend constexpr bool operator==(const Element&, const Element&) = default;
};

// The characters of a row's text, where [abc] is one.
constexpr std::size_t elements_of(std::string_view text) noexcept {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i, ++count) {
    if (text[i] == '[') i = text.find(']', i);
  }
  return count;
}

// The element at `index`; after the text, the row's alphabet.
constexpr Element element_of(const TokenRow& row, std::size_t index) noexcept {
  Element element;
  const auto add = [&](char c) {
    element.add(c);
    if (is_folded(row.form) && is_small(c)) element.add(static_cast<char>(c - 32));
  };
  std::size_t at = 0;
  for (std::size_t i = 0; i < row.text.size(); ++i, ++at) {
    const std::size_t end = row.text[i] == '[' ? row.text.find(']', i) : i;
    if (at == index) {
      if (end == i) add(row.text[i]);
      for (std::size_t c = i + 1; c < end; ++c) add(row.text[c]);
      return element;
    }
    i = end;
  }
  for (unsigned c = 0; c < 128; ++c) {
    if (belongs(static_cast<char>(c), row.alphabet)) element.add(static_cast<char>(c));
  }
  return element;
}

namespace token_rows {

using enum Alphabet;
using enum Form;
using enum Evidence;

inline constexpr std::string_view keys =
    "apikey|accesskey|secretkey|privatekey|accountkey|masterkey|signingkey|encryptionkey|authkey|"
    "storagekey|licensekey|sharedkey";

inline constexpr auto table = std::to_array<TokenRow>({
    // Cloud providers
    {"AWS access key id", shaped, "A[KS]IA", 0, upper, 16, 16},
    {"Alibaba access key id", shaped, "LTAI", 0, letters, 16, 24, mixed},
    {"Tencent secret id", shaped, "AKID", 0, letters, 32, 48, mixed},
    {"Google API key", shaped, "AIza", 0, word, 35, 35},
    {"Google access token", shaped, "ya29.", 0, dotted, 20, 2048},
    {"Google client secret", shaped, "GOCSPX-", 3, word, 20, 40},
    {"Azure client secret", shaped, "[0123456789]Q~", 0, tilde, 31, 34, spread, {tilde, 3, 3}},
    {"DigitalOcean token", shaped, "do[opr]_v1_", 2, hex, 64, 64},
    {"Heroku key", shaped, "HRKU-", 0, word, 30, 80, digit},
    {"Databricks token", shaped, "dapi", 0, hex_dash, 32, 34, digit},
    {"Fly.io token", shaped, "fm2_", 0, any_base64, 50, 2048, mixed},
    {"Supabase token", shaped, "sbp_", 0, hex, 40, 40},
    {"Netlify token", shaped, "nfp_", 0, letters, 36, 64},
    {"PlanetScale token", shaped, "pscale_", 0, dotted, 32, 80, digit},
    {"Tailscale key", shaped, "tskey-", 0, word, 20, 100, digit},
    // Code and packages
    {"GitHub token", shaped, "gh[oprsu]_", 0, letters, 30, 255},
    {"GitHub fine-grained token", shaped, "github_pat_", 7, word, 36, 255},
    {"GitLab personal access token", shaped, "glpat-", 0, dotted, 20, 300},
    {"GitLab deploy token", shaped, "gldt-", 0, dotted, 20, 300},
    {"GitLab trigger token", shaped, "glptt-", 0, dotted, 20, 300},
    {"GitLab runner token", shaped, "glrt-", 0, dotted, 20, 300},
    {"GitLab CI job token", shaped, "glcbt-", 0, dotted, 20, 300},
    {"GitLab feed token", shaped, "glft-", 0, dotted, 20, 300},
    {"GitLab SCIM token", shaped, "glsoat-", 0, dotted, 20, 300},
    {"npm token", shaped, "npm_", 0, letters, 36, 64},
    {"PyPI token", shaped, "pypi-", 0, word, 50, 1000, mixed},
    {"RubyGems key", shaped, "rubygems_", 3, hex, 48, 48},
    {"Clojars token", shaped, "CLOJARS_", 0, letters, 60, 60},
    {"Docker Hub token", shaped, "dckr_[op]at_", 0, word, 20, 64},
    {"Artifactory API key", shaped, "AKC", 0, letters, 60, 100, digit},
    {"Artifactory reference token", shaped, "cmVmdGtu", 0, letters, 56, 56},
    {"CircleCI token", shaped, "CCIPAT_", 0, word, 40, 120, digit},
    {"Buildkite token", shaped, "bkua_", 0, hex, 40, 40},
    {"Sourcegraph token", shaped, "sgp_", 0, word, 40, 64, digit},
    {"Contentful token", shaped, "CFPAT-", 0, word, 40, 64, digit},
    {"Atlassian token", shaped, "ATATT3", 2, any_base64, 60, 400, mixed},
    // Chat, mail and webhooks
    {"Slack token", shaped, "xox[abcdeprs]-", 0, word, 10, 400, digit},
    {"Slack app token", shaped, "xapp-", 0, word, 20, 200, digit},
    {"Slack web hook", shaped, "hooks.slack.com/", 10, path, 30, 120, mixed},
    {"Discord web hook", shaped, "/api/webhooks/", 10, path, 60, 120, digit},
    {"Telegram bot token", shaped, ":A", 0, word, 34, 34, spread, {digits, 5, 16}},
    {"SendGrid key", shaped, "SG.", 0, dotted, 50, 80, digit},
    {"Twilio key", shaped, "SK[0123456789abcdef]", 0, hex, 31, 31, digit},
    {"Mailgun key", shaped, "key-", 0, hex, 32, 32, digit},
    {"Brevo key", shaped, "xkeysib-", 0, word, 64, 100, digit},
    // Payment and shops
    {"Stripe key", shaped, "[rs]k_[lt][ei][sv][et]_", 0, letters, 16, 255},
    {"Stripe web hook secret", shaped, "whsec_", 0, base64, 24, 255},
    {"Square secret", shaped, "sq0[aci][std]p-", 0, word, 22, 60},
    {"Square access token", shaped, "EAAA", 0, word, 56, 80, mixed},
    {"Shopify token", shaped, "shp[acps][ast]_", 0, hex, 32, 32, digit},
    {"EasyPost key", shaped, "EZ[AT]K", 0, letters, 54, 58, digit},
    // AI
    {"OpenAI key", shaped, "sk-", 0, word, 20, 255, mixed},
    {"OpenAI project key", shaped, "sk-proj-", 0, word, 20, 255, digit},
    {"Anthropic key", shaped, "sk-ant-", 0, word, 20, 255, digit},
    {"OpenRouter key", shaped, "sk-or-v1-", 0, hex, 64, 64},
    {"DeepSeek key", shaped, "sk-", 0, hex, 32, 32, digit},
    {"Hugging Face token", shaped, "hf_", 0, letters, 30, 40},
    {"Groq key", shaped, "gsk_", 0, letters, 40, 60, digit},
    {"Perplexity key", shaped, "pplx-", 0, letters, 40, 60, digit},
    {"Replicate token", shaped, "r8_", 0, letters, 37, 40, digit},
    {"xAI key", shaped, "xai-", 0, letters, 60, 100, digit},
    {"LangSmith key", shaped, "lsv2_", 0, word, 40, 80, digit},
    // Tools
    {"Vault token", shaped, "hv[bsr].", 0, word, 24, 300, digit},
    {"Vault token, old form", shaped, "s.", 0, letters, 24, 24, mixed},
    {"Terraform token", shaped, ".atlasv1.", 5, word, 60, 80, spread, {letters, 14, 14}},
    {"Pulumi token", shaped, "pul-", 0, hex, 40, 40},
    {"Doppler token", shaped, "dp.pt.", 0, letters, 40, 48, digit},
    {"Prefect key", shaped, "pnu_", 0, letters, 36, 36, digit},
    {"Postman key", shaped, "PMAK-", 0, hex_dash, 50, 64, digit},
    {"Linear key", shaped, "lin_api_", 2, letters, 40, 48},
    {"Notion token", shaped, "ntn_", 0, letters, 40, 60, digit},
    {"Figma token", shaped, "figd_", 0, word, 38, 60},
    {"ReadMe key", shaped, "rdme_", 0, letters, 70, 76, digit},
    {"Typeform token", shaped, "tfp_", 0, dotted, 40, 80, digit},
    {"New Relic key", shaped, "NR[AIJ][AKIS]-", 0, word, 19, 64, digit},
    {"Grafana service account token", shaped, "glsa_", 0, word, 32, 64},
    {"Grafana Cloud token", shaped, "glc_", 0, base64, 32, 400, mixed},
    {"Sentry token", shaped, "sntry[su]_", 3, any_base64, 40, 400, digit},
    {"Dynatrace token", shaped, "dt0[cs]01.", 0, dotted, 60, 110, digit},
    {"age key", shaped, "AGE-SECRET-KEY-1", 0, upper, 58, 58},
    // Structured
    {"JSON web token, signed or encrypted", web_token, "eyJ", 0, word},
    {"PEM or PGP private key", key_block, "-----BEGIN ", 4},
    {"PuTTY private key", key_lines, "Private-Lines: ", 5},
    // Headers
    {"Authorization", credentials, "authorization", 5, word, 0, 0, random, {}, "authorization"},
    {"Bearer", scheme, "bearer", 1, dotted, 16, 0, digit},
    {"Basic", scheme, "basic", 1, base64, 8, 0, basic},
    {"Cookie, Set-Cookie", cookies, "cookie", 1, word, 0, 0, random, {}, "cookie"},
    // URLs
    {"password or token in a URL", url_password, "[abcdefghijklmnopqrstuvwxyz0123456789]://", 0},
    {"Oracle's user/password@", oracle, "thin:", 1},
    {"key, code, sig, … in a query", parameter, "key=", 0, dotted, 10, 0, random, {}, "key"},
    {"code", parameter, "code=", 1, dotted, 10, 0, random, {}, "code"},
    {"sig", parameter, "sig=", 0, dotted, 6, 0, random, {}, "sig"},
    {"auth", parameter, "auth=", 1, dotted, 6, 0, password, {}, "auth"},
    {"jwt", parameter, "jwt=", 0, dotted, 6, 0, password, {}, "jwt"},
    {"X-Amz-Credential", parameter, "credential=", 7, dotted, 16, 0, random, {}, "credential"},
    // Names with values
    {"password, passwd", assigned, "passw", 1, dotted, 6, 0, password, {}, "password|passwd"},
    {"pwd", assigned, "pwd[=:\"'\\]", 0, dotted, 6, 0, password, {}, "pwd"},
    {"pass", assigned, "pass[=:\"'\\]", 1, dotted, 6, 0, password, {}, "pass"},
    {"passphrase", assigned, "passphrase", 2, dotted, 6, 0, password, {}, "passphrase"},
    {"secret", assigned, "secret", 0, dotted, 8, 0, random, {}, "secret"},
    {"token", assigned, "token", 0, dotted, 8, 0, random, {}, "token"},
    {"API, access, account, … key", assigned, "[-_egimnrst]key", 0, dotted, 8, 0, random, {}, keys},
    {"credential", assigned, "credential", 2, dotted, 8, 0, random, {}, "credential|credentials"},
    {"signature", assigned, "ure[=:\"'\\]", 0, dotted, 16, 0, random, {}, "signature"},
    {"auth of docker and npm", assigned, "auth[=:\"'\\]", 1, base64, 8, 0, basic, {}, "auth"},
    {"mysql -p…", attached, "mysql", 0, dotted, 4, 0, password, {}, "-p"},
    {"mariadb -p…", attached, "mariadb", 3, dotted, 4, 0, password, {}, "-p"},
    {"sshpass -p…", attached, "sshpass", 0, dotted, 4, 0, password, {}, "-p"},
});

}  // namespace token_rows

inline constexpr const auto& token_table = token_rows::table;

}  // namespace trace::detail::tokens
