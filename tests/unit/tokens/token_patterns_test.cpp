// SPDX-License-Identifier: Apache-2.0
// Text that is recognised as a token by its shape, and text that only looks like it. Tokens are put
// together from two pieces here, so that no scanner takes this file for a leak.
#include "tokens/token_patterns.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tokens/token_anchors.hpp"

using namespace trace::detail::tokens;

namespace {

std::string without(std::string_view text) {
  std::string out;
  append_without_tokens(out, text, "[REDACTED]");
  return out;
}

const std::string a16 = "ABCDEFGHIJ234567";
const std::string r20 = "a1B2c3D4e5F6g7H8i9J0";
const std::string r36 = r20 + "K1l2M3n4O5p6Q7r8";
const std::string jwt = std::string("ey") + "JhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." +
                        "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";

struct Positive {
  std::string text;
  std::string_view redacted;
};

std::vector<Positive> positives() {
  const auto p = [](std::string_view prefix) { return std::string(prefix); };
  const std::string key_body =
      "\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\nMzEfYyjiWA4R4/"
      "M2bS1GB4t7NXp98C3\n";
  return {
      {jwt, "[REDACTED]"},
      {"token=" + jwt + ";", "token=[REDACTED];"},
      {"{\"jwt\":\"" + jwt + "\"}", "{\"jwt\":\"[REDACTED]\"}"},
      {p("ey") + "JhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "[REDACTED]"},
      {p("ghp") + "_" + r36, "[REDACTED]"},
      {"using " + p("gho") + "_" + r36 + " now", "using [REDACTED] now"},
      {"\"" + p("ghs") + "_" + r36 + "\"", "\"[REDACTED]\""},
      {p("ghu") + "_" + r36 + ",", "[REDACTED],"},
      {p("ghr") + "_" + r36 + r20, "[REDACTED]"},
      {"\\n" + p("ghp") + "_" + r36, "\\n[REDACTED]"},
      {"\\u0001" + p("ghp") + "_" + r36, "\\u0001[REDACTED]"},
      {p("github") + "_pat_11ABCDEFG0" + r20 + "_" + r36, "[REDACTED]"},
      {"https://" + p("ghp") + "_" + r36 + "@github.com/o/r", "https://[REDACTED]@github.com/o/r"},
      {p("AK") + "IA" + a16, "[REDACTED]"},
      {"AWS_ACCESS_KEY_ID=" + p("AS") + "IA" + a16, "AWS_ACCESS_KEY_ID=[REDACTED]"},
      {"key " + p("AK") + "IA" + a16 + ".", "key [REDACTED]."},
      {p("sk") + "_live_" + r20, "[REDACTED]"},
      {p("sk") + "_test_" + r20, "[REDACTED]"},
      {p("rk") + "_live_" + r20, "[REDACTED]"},
      {p("sk") + "-" + r36, "[REDACTED]"},
      {p("sk") + "-proj-" + r36 + "_x", "[REDACTED]"},
      {p("sk") + "-ant-api03-" + r36 + "-AA", "[REDACTED]"},
      {p("xox") + "b-123456789012-1234567890123-" + r20, "[REDACTED]"},
      {p("xox") + "p-123456789012-" + r20, "[REDACTED]"},
      {p("xox") + "a-2-123456789012", "[REDACTED]"},
      {p("xox") + "r-123456789012", "[REDACTED]"},
      {p("xox") + "s-123456789012", "[REDACTED]"},
      {p("glp") + "at-" + r20, "[REDACTED]"},
      {p("np") + "m_" + r36, "[REDACTED]"},
      {"Authorization: Bearer abc", "Authorization: Bearer [REDACTED]"},
      {"authorization: bearer xyz.123", "authorization: bearer [REDACTED]"},
      {"{\"Authorization\":\"Bearer abc-def\"}", "{\"Authorization\":\"Bearer [REDACTED]\"}"},
      {"Authorization=Basic abcd", "Authorization=Basic [REDACTED]"},
      {"-H 'Authorization: Basic dXNlcjpwYXNz'", "-H 'Authorization: Basic [REDACTED]'"},
      {"sent Bearer " + r20, "sent Bearer [REDACTED]"},
      {"sent BEARER " + r20 + ".x", "sent BEARER [REDACTED]"},
      {"with Basic dXNlcjpwYXNzd29yZA==", "with Basic [REDACTED]"},
      {"https://user:hunter2@example.com/", "https://user:[REDACTED]@example.com/"},
      {"postgres://app:p@ss@db:5432/app", "postgres://app:[REDACTED]@db:5432/app"},
      {"redis://:hunter2@cache:6379", "redis://:[REDACTED]@cache:6379"},
      {"amqp://guest:guest@mq and more", "amqp://guest:[REDACTED]@mq and more"},
      {"GET /x?token=abcdef123 HTTP/1.1", "GET /x?token=[REDACTED] HTTP/1.1"},
      {"https://h/p?a=1&access_token=abcdef123&b=2", "https://h/p?a=1&access_token=[REDACTED]&b=2"},
      {"https://s3/x?X-Amz-Signature=0123456789abcdef", "https://s3/x?X-Amz-Signature=[REDACTED]"},
      {"?sv=1&sig=abc%2Fdef%3D", "?sv=1&sig=[REDACTED]"},
      {"?API_KEY=abcdef123\"", "?API_KEY=[REDACTED]\""},
      {"?a=b&amp;api-key=abcdef123'", "?a=b&amp;api-key=[REDACTED]'"},
      {"/login?user=u&password=hunter2#x", "/login?user=u&password=[REDACTED]#x"},
      {"?x-goog-signature=abcdef1234567890", "?x-goog-signature=[REDACTED]"},
      {p("-----BEGIN ") + "PRIVATE KEY-----" + key_body + "-----END PRIVATE KEY-----\n.",
       "[REDACTED]\n."},
      {"x" + p("-----BEGIN ") + "RSA PRIVATE KEY-----" + key_body + "-----END RSA PRIVATE KEY-----",
       "x[REDACTED]"},
      {p("-----BEGIN ") + "OPENSSH PRIVATE KEY-----" + key_body, "[REDACTED]\n"},
      {p("-----BEGIN ") + "RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES,12\n" +
           key_body + "-----END RSA PRIVATE KEY-----",
       "[REDACTED]"},
      {p("-----BEGIN ") + "EC PRIVATE KEY-----\\nMHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB\\n-----END "
                          "EC PRIVATE KEY-----!",
       "[REDACTED]!"},
  };
}

const std::vector<std::string> negatives{
    "",
    "123e4567-e89b-12d3-a456-426614174000",
    "5c5734e9081c26432b59476756639fa22415c573",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "/usr/lib/x86_64-linux-gnu/libcurl.so.4.8.0",
    "C:\\Users\\x\\AppData\\Local\\Temp\\x_y-z.txt",
    "struct sk_buff *skb = alloc_skb(len, GFP_KERNEL);",
    "sk_live_ and sk_test_ are prefixes",
    "Bearer of bad news",
    "bearer authentication-required-for-this",
    "the bearer 1234",
    "Basic authentication is used",
    "Basic training",
    "basic abcdefgh",
    "be basic, be a bearer",
    "data:image/"
    "png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+"
    "M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "https://example.com/a?b=c&d=e",
    "https://example.com:8443/path@2x.png",
    "https://user@example.com/",
    "ssh://git@github.com:22/o/r.git",
    "mailto:a@b.c and x://y",
    "http://[::1]:8400/trace",
    "://user:pw@host",
    "?token=1",
    "?token=true&sig=0",
    "?tokens=abcdef123&signatures=abcdef123",
    "&token",
    "AKIA",
    "AKIAIOSFODNN7",
    "XAKIA234567ABCDEFGHIJ",
    "ASIAN MARKETS CLOSED HIGHER TODAY AGAIN",
    "AKIA234567ABCDEFGHIJKLMN",
    "ghp_short",
    "ghp_",
    "github_pat_",
    "graph_" + r36,
    "npm_config_registry=https://registry.npmjs.org/",
    "npm_lifecycle_event",
    "sk-learn-contrib-imbalanced-learn",
    "task-0123456789abcdefghijABCDEF",
    "xoxo-1234567890123",
    "foxox-b",
    "xoxb-short",
    "glpat-short",
    "eyJhbGciOiJIUzI1NiJ9",
    "eyJ.eyJ.x",
    "keyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0.abcdefghij",
    "2025-10-13T12:00:00.123456Z [INF] key=value --flag=x",
    "-----BEGIN CERTIFICATE-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKC\n-----END "
    "CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----",
    "no -----BEGIN PRIVATE KEY----- in it, and no end of words",
    "-----BEGIN PRIVATE KEY-----: missing",
    "-----BEGIN PRIVATE KEY-----\nshort\n",
    "----------------------------------------",
    "--token-file=/run/secrets/x --basic-auth",
    "Jan 02 15:04:05 host sshd[12]: Accepted publickey",
    "[REDACTED]",
    "https://user:[REDACTED]@host",
};

}  // namespace

TEST_CASE("what has the shape of a token is replaced") {
  const auto table = positives();
  REQUIRE(table.size() >= 40);
  for (const std::size_t block : {1U, 16U, 32U, 0U}) {
    if (!set_anchor_block(block)) continue;
    for (const Positive& each : table) {
      const std::string& text = each.text;
      const std::string_view redacted = each.redacted;
      CAPTURE(text);
      CHECK(without(text) == redacted);
      CHECK(without(without(text)) == redacted);
      // At every offset in the blocks that are read at once.
      for (std::size_t before = 1; before < 40; ++before) {
        const std::string filler = std::string(before - 1, '~') + " ";
        REQUIRE(without(filler + text + " ~~") == filler + std::string(redacted) + " ~~");
        REQUIRE(without(filler + text) == filler + std::string(redacted));
      }
    }
  }
}

TEST_CASE("what only looks like it stays") {
  REQUIRE(negatives.size() >= 40);
  for (const std::string& text : negatives) {
    CAPTURE(text);
    CHECK(without(text) == text);
    CHECK(without("~~~~~~~~ " + text + " ~~~~~~~~~~~~~~~~~~~~~") ==
          "~~~~~~~~ " + text + " ~~~~~~~~~~~~~~~~~~~~~");
  }
}

TEST_CASE("several in one text") {
  const std::string token = std::string("ghp") + "_" + r36;
  CHECK(without(token + " " + token + "," + token) == "[REDACTED] [REDACTED],[REDACTED]");
  CHECK(without("a://b:c1c@d e://f:g2g@h") == "a://b:[REDACTED]@d e://f:[REDACTED]@h");
}
