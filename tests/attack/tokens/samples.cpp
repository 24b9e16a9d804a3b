// SPDX-License-Identifier: Apache-2.0
// 108 kinds of tokens.
#include "attack/tokens/samples.hpp"

namespace trace::testing {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view hex = "0123456789abcdef";
constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view alphanumeric =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view word =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
constexpr std::string_view base64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view upper_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

Sample whole(std::string text) { return {text, {text}}; }

// `before`, a secret, `after`.
Sample within(std::string_view before, std::string secret, std::string_view after = "") {
  std::string text(before);
  text.append(secret).append(after);
  return {std::move(text), {std::move(secret)}};
}

std::string text_of(std::string_view prefix, std::string rest) {
  return std::string(prefix) + rest;
}

// Ends in a letter or a digit, as tokens do: other text never follows them immediately.
std::string closed(Random& random, std::string_view alphabet, std::size_t count) {
  return random.of(alphabet, count - 1) + random.of(alphanumeric, 1);
}

// As people and generators of passwords choose them: 10 to 17 characters.
std::string password(Random& random) {
  return random.of(letters, 4 + random.below(3)) + random.of(digits, 2 + random.below(2)) +
         random.of("!*+_-.", 1) + random.of(alphanumeric, 3 + random.below(4));
}

std::string plain_password(Random& random) {
  return random.of(letters, 5 + random.below(4)) + random.of(digits, 2) +
         random.of(alphanumeric, 4);
}

std::string uuid(Random& r) {
  return r.of(hex, 8) + "-" + r.of(hex, 4) + "-4" + r.of(hex, 3) + "-a" + r.of(hex, 3) + "-" +
         r.of(hex, 12);
}

std::string base64_of(std::string_view bytes) {
  std::string out;
  std::uint32_t bits = 0;
  int pending = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (pending += 8; pending >= 6;) out += base64[bits >> (pending -= 6) & 63U];
  }
  if (pending > 0) out += base64[bits << (6 - pending) & 63U];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::string user_and_password(Random& r) { return base64_of("deploy:" + password(r)); }

std::string web_token(Random& r) {
  return text_of("ey", "JhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.") + "ey" + "J" + r.of(word, 40) + ".";
}

Sample key_block(Random& r, std::string_view kind, std::string_view headers = "",
                 std::string_view checksum = "") {
  std::string body;
  Sample sample;
  for (int i = 0; i < 6; ++i) {
    sample.secrets.push_back(r.of(base64, i < 5 ? 64 : 30));
    body += sample.secrets.back() + "\n";
  }
  sample.text = text_of("-----BEGIN ", std::string(kind)) + "-----\n" + std::string(headers) +
                body + std::string(checksum) + "-----END " + std::string(kind) + "-----";
  return sample;
}

Sample header(std::string_view name, std::string_view scheme, std::string secret) {
  return within(std::string(name) + ": " + std::string(scheme), std::move(secret));
}

using R = Random&;

std::vector<Kind> all_kinds() {
  return {
      {"AWS", "access key id AKIA",
       [](R r) { return whole(text_of("AK", "IA" + r.of(base32, 16))); }},
      {"AWS", "access key id ASIA",
       [](R r) { return whole(text_of("AS", "IA" + r.of(base32, 16))); }},
      {"AWS", "secret access key",
       [](R r) {
         static constexpr std::string_view names[] = {"AWS_SECRET_ACCESS_KEY=",
                                                      "aws_secret_access_key = "};
         return within(names[r.below(2)], closed(r, base64, 40));
       }},
      {"AWS", "session token",
       [](R r) {
         static constexpr std::string_view names[] = {"AWS_SESSION_TOKEN=", "aws_session_token = "};
         return within(names[r.below(2)], "IQoJ" + r.of(base64, 300) + "==");
       }},
      {"AWS", "Signature of AWS4", [](R r) { return within("Signature=", r.of(hex, 64)); }},
      {"AWS", "X-Amz-Signature",
       [](R r) {
         return within("https://b.s3.amazonaws.com/k?X-Amz-Expires=300&X-Amz-Signature=",
                       r.of(hex, 64));
       }},
      {"AWS", "X-Amz-Credential",
       [](R r) {
         return within("https://b.s3.amazonaws.com/k?X-Amz-Credential=",
                       text_of("AK", "IA" + r.of(base32, 16)), "%2F20251013%2Fus-east-1%2Fs3");
       }},
      {"GitHub", "ghp_", [](R r) { return whole(text_of("gh", "p_" + r.of(alphanumeric, 36))); }},
      {"GitHub", "gho_", [](R r) { return whole(text_of("gh", "o_" + r.of(alphanumeric, 36))); }},
      {"GitHub", "ghu_", [](R r) { return whole(text_of("gh", "u_" + r.of(alphanumeric, 36))); }},
      {"GitHub", "ghs_", [](R r) { return whole(text_of("gh", "s_" + r.of(alphanumeric, 36))); }},
      {"GitHub", "ghr_", [](R r) { return whole(text_of("gh", "r_" + r.of(alphanumeric, 76))); }},
      {"GitHub", "github_pat_",
       [](R r) {
         return whole(
             text_of("github", "_pat_" + r.of(alphanumeric, 22) + "_" + r.of(alphanumeric, 59)));
       }},
      {"GitLab", "glpat-, also with dots",
       [](R r) {
         const bool dotted = r.below(2) == 0;
         return whole(text_of("glp", "at-") + closed(r, word, dotted ? 27 : 20) +
                      (dotted ? ".01." + r.of(alphanumeric, 9) : ""));
       }},
      {"GitLab", "gldt-", [](R r) { return whole(text_of("gld", "t-" + closed(r, word, 20))); }},
      {"GitLab", "glptt-", [](R r) { return whole(text_of("glp", "tt-" + r.of(hex, 40))); }},
      {"GitLab", "glrt-", [](R r) { return whole(text_of("glr", "t-" + closed(r, word, 20))); }},
      {"Slack", "xoxb",
       [](R r) {
         return whole(text_of("xox", "b-" + r.of(digits, 12) + "-" + r.of(digits, 13) + "-" +
                                         r.of(alphanumeric, 24)));
       }},
      {"Slack", "xoxp",
       [](R r) {
         return whole(text_of("xox", "p-" + r.of(digits, 12) + "-" + r.of(digits, 12) + "-" +
                                         r.of(digits, 13) + "-" + r.of(hex, 32)));
       }},
      {"Slack", "xoxe",
       [](R r) { return whole(text_of("xox", "e-1-" + r.of(upper_digits, 146))); }},
      {"Slack", "xapp",
       [](R r) {
         return whole(text_of("xa", "pp-1-A" + r.of(upper_digits, 10) + "-" + r.of(digits, 13) +
                                        "-" + r.of(hex, 64)));
       }},
      {"Slack", "web hook",
       [](R r) {
         return within("https://hooks.slack.com/services/", "T" + r.of(upper_digits, 8) + "/B" +
                                                                r.of(upper_digits, 8) + "/" +
                                                                r.of(alphanumeric, 24));
       }},
      {"Payment", "sk_live",
       [](R r) { return whole(text_of("sk", "_live_" + r.of(alphanumeric, 24))); }},
      {"Payment", "rk_live",
       [](R r) { return whole(text_of("rk", "_live_" + r.of(alphanumeric, 99))); }},
      {"Payment", "sk_test",
       [](R r) { return whole(text_of("sk", "_test_" + r.of(alphanumeric, 24))); }},
      {"Payment", "rk_test",
       [](R r) { return whole(text_of("rk", "_test_" + r.of(alphanumeric, 24))); }},
      {"Payment", "whsec_",
       [](R r) { return whole(text_of("wh", "sec_" + r.of(alphanumeric, 32))); }},
      {"Payment", "sq0csp-",
       [](R r) { return whole(text_of("sq0", "csp-" + closed(r, word, 43))); }},
      {"Payment", "shpat_", [](R r) { return whole(text_of("shp", "at_" + r.of(hex, 32))); }},
      {"AI", "OpenAI sk-",
       [](R r) {
         return whole(text_of("sk", "-" + r.of(alphanumeric, 20) + text_of("T3Blbk", "FJ") +
                                        r.of(alphanumeric, 20)));
       }},
      {"AI", "OpenAI sk-proj-",
       [](R r) { return whole(text_of("sk", "-proj-" + closed(r, word, 156))); }},
      {"AI", "Anthropic sk-ant-",
       [](R r) { return whole(text_of("sk", "-ant-api03-" + r.of(word, 93) + "AA")); }},
      {"AI", "Hugging Face hf_", [](R r) { return whole(text_of("h", "f_" + r.of(letters, 34))); }},
      {"Google", "API key AIza",
       [](R r) { return whole(text_of("AI", "za" + closed(r, word, 35))); }},
      {"Google", "access token ya29.",
       [](R r) { return whole(text_of("ya", "29." + closed(r, word, 140))); }},
      {"Google", "client secret GOCSPX-",
       [](R r) { return whole(text_of("GOC", "SPX-" + closed(r, word, 28))); }},
      {"Google", "service account",
       [](R r) {
         Sample sample = key_block(r, "PRIVATE KEY");
         std::string key;
         for (const char c : sample.text) key += c == '\n' ? "\\n" : std::string(1, c);
         sample.text = R"({"type":"service_account","project_id":"p","private_key":")" + key +
                       R"(\n","client_email":"s@p.iam.gserviceaccount.com"})";
         return sample;
       }},
      {"Packages", "npm_", [](R r) { return whole(text_of("np", "m_" + r.of(alphanumeric, 36))); }},
      {"Packages", "_authToken of .npmrc",
       [](R r) { return within("//registry.npmjs.org/:_authToken=", uuid(r)); }},
      {"Packages", "pypi-",
       [](R r) { return whole(text_of("py", "pi-AgEIcHlwaS5vcmc" + closed(r, word, 140))); }},
      {"Packages", "dckr_pat_",
       [](R r) { return whole(text_of("dc", "kr_pat_" + closed(r, word, 27))); }},
      {"Packages", "auths of docker's configuration",
       [](R r) {
         return within(R"({"auths":{"https://index.docker.io/v1/":{"auth":")", user_and_password(r),
                       R"("}}})");
       }},
      {"Packages", "Artifactory AKC",
       [](R r) { return whole(text_of("AK", "Cp" + r.of(alphanumeric, 69))); }},
      {"Tools", "SendGrid",
       [](R r) {
         return whole(text_of("S", "G." + closed(r, word, 22) + "." + closed(r, word, 43)));
       }},
      {"Tools", "Twilio", [](R r) { return whole(text_of("S", "K" + r.of(hex, 32))); }},
      {"Tools", "Mailgun", [](R r) { return whole(text_of("ke", "y-" + r.of(hex, 32))); }},
      {"Tools", "DigitalOcean", [](R r) { return whole(text_of("do", "p_v1_" + r.of(hex, 64))); }},
      {"Tools", "Vault hvs.", [](R r) { return whole(text_of("hv", "s." + closed(r, word, 92))); }},
      {"Tools", "Vault s.",
       [](R r) {
         return whole(text_of("s", "." + r.of(lower, 3) + r.of(upper, 3) + r.of(digits, 2) +
                                       r.of(alphanumeric, 16)));
       }},
      {"Tools", "Databricks", [](R r) { return whole(text_of("da", "pi" + r.of(hex, 32))); }},
      {"Tools", "Telegram bot",
       [](R r) {
         return whole(r.of("123456789", 1) + r.of(digits, 9) +
                      text_of(":A", "A" + closed(r, word, 33)));
       }},
      {"Tools", "Discord web hook",
       [](R r) {
         return within(
             "https://discord.com/api/webhooks/" + r.of("123456789", 1) + r.of(digits, 17) + "/",
             closed(r, word, 68));
       }},
      {"Tools", "age key",
       [](R r) {
         return whole(
             text_of("AGE-SECRET", "-KEY-1" + r.of("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)));
       }},
      {"Tools", "Terraform",
       [](R r) {
         return whole(r.of(alphanumeric, 14) + text_of(".atlas", "v1." + closed(r, word, 67)));
       }},
      {"Tools", "Linear",
       [](R r) { return whole(text_of("lin", "_api_" + r.of(alphanumeric, 40))); }},
      {"Tools", "New Relic",
       [](R r) { return whole(text_of("NR", "AK-" + r.of(upper_digits, 27))); }},
      {"Tools", "Grafana",
       [](R r) {
         return whole(text_of("gl", "sa_" + r.of(alphanumeric, 32) + "_" + r.of(hex, 8)));
       }},
      {"Tools", "Heroku, by its variable", [](R r) { return within("HEROKU_API_KEY=", uuid(r)); }},
      {"Azure", "SAS",
       [](R r) {
         const std::string query = "sv=2022-11-02&ss=b&se=2026-01-01T00%3A00%3A00Z&sig=";
         return within(r.below(2) == 0 ? "https://a.blob.core.windows.net/c/f?" + query
                                       : "BlobEndpoint=https://a.blob.core.windows.net/;"
                                         "SharedAccessSignature=" +
                                             query,
                       r.of(alphanumeric, 43) + "%3D");
       }},
      {"Azure", "AccountKey",
       [](R r) {
         return within("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=",
                       r.of(base64, 86) + "==", ";EndpointSuffix=core.windows.net");
       }},
      {"Azure", "SharedAccessKey",
       [](R r) {
         return within(
             "Endpoint=sb://a.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=",
             r.of(base64, 43) + "=");
       }},
      {"Azure", "client secret",
       [](R r) {
         return whole(r.of(alphanumeric, 3) + r.of(digits, 1) +
                      text_of("Q", "~" + closed(r, word, 34)));
       }},
      {"Structured", "JWT", [](R r) { return whole(web_token(r) + closed(r, word, 43)); }},
      {"Structured", "JWT without a signature", [](R r) { return whole(web_token(r)); }},
      {"Structured", "JWE",
       [](R r) {
         return whole(text_of("ey", "JhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.") +
                      r.of(word, 342) + "." + r.of(word, 16) + "." + r.of(word, 80) + "." +
                      closed(r, word, 22));
       }},
      {"Structured", "PEM, RSA", [](R r) { return key_block(r, "RSA PRIVATE KEY"); }},
      {"Structured", "PEM, EC", [](R r) { return key_block(r, "EC PRIVATE KEY"); }},
      {"Structured", "PEM, OPENSSH", [](R r) { return key_block(r, "OPENSSH PRIVATE KEY"); }},
      {"Structured", "PEM, ENCRYPTED",
       [](R r) {
         return r.below(2) == 0 ? key_block(r, "ENCRYPTED PRIVATE KEY")
                                : key_block(r, "RSA PRIVATE KEY",
                                            "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
                                            "0123456789ABCDEF0123456789ABCDEF\n\n");
       }},
      {"Structured", "PEM, PKCS#8", [](R r) { return key_block(r, "PRIVATE KEY"); }},
      {"Structured", "PGP private key",
       [](R r) {
         return key_block(r, "PGP PRIVATE KEY BLOCK", "Version: GnuPG v2\nComment: it's mine!\n\n",
                          "=" + r.of(base64, 4) + "\n");
       }},
      {"Structured", "PuTTY key",
       [](R r) {
         Sample sample;
         sample.text =
             "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nComment: k\n"
             "Public-Lines: 1\nAAAAB3NzaC1yc2EAAAADAQABAAABAQ\nPrivate-Lines: 2\n";
         for (const std::size_t size : {64U, 40U}) {
           sample.secrets.push_back(r.of(base64, size));
           sample.text += sample.secrets.back() + "\n";
         }
         sample.text += "Private-MAC: " + r.of(hex, 40);
         return sample;
       }},
      {"URLs", "user:password@",
       [](R r) { return within("https://bob:", plain_password(r), "@example.com/x"); }},
      {"URLs", "token@",
       [](R r) { return within("https://", r.of(hex, 40), "@github.example/o/r.git"); }},
      {"URLs", "x-access-token:",
       [](R r) {
         return within("https://x-access-token:", text_of("gh", "s_" + r.of(alphanumeric, 36)),
                       "@github.com/o/r.git");
       }},
      {"URLs", "redis://:password@",
       [](R r) { return within("redis://:", password(r), "@cache:6379/0"); }},
      {"URLs", "mongodb+srv",
       [](R r) {
         return within("mongodb+srv://app:", plain_password(r), "@c0.mongodb.net/db?w=majority");
       }},
      {"URLs", "percent-encoded password",
       [](R r) {
         return within("postgresql://app:",
                       r.of(letters, 4) + "%40" + r.of(digits, 2) + "%2F%3A" + r.of(letters, 4),
                       "@db:5432/app");
       }},
      {"URLs", "?access_token=",
       [](R r) {
         return within("https://example.com/me?access_token=", r.of(alphanumeric, 32),
                       "&fields=id");
       }},
      {"URLs", "client_secret in a form",
       [](R r) {
         const std::string secret = r.of(alphanumeric, 32);
         return r.below(2) == 0
                    ? within("client_secret=", secret, "&grant_type=client_credentials")
                    : within("grant_type=client_credentials&client_id=a&client_secret=", secret);
       }},
      {"URLs",
       "?key=", [](R r) { return within("https://example.com/geo?key=", r.of(alphanumeric, 32)); }},
      {"URLs", "#access_token=",
       [](R r) {
         return within("https://app.example/cb#access_token=", r.of(alphanumeric, 40),
                       "&token_type=bearer");
       }},
      {"URLs", "?code= of OAuth",
       [](R r) {
         return within("https://app.example/cb?code=", r.of(alphanumeric, 30), "&state=xyz");
       }},
      {"Headers", "Authorization: Bearer",
       [](R r) { return header("Authorization", "Bearer ", r.of(alphanumeric, 32)); }},
      {"Headers", "Authorization: Basic",
       [](R r) { return header("Authorization", "Basic ", user_and_password(r)); }},
      {"Headers", "Authorization: token",
       [](R r) { return header("Authorization", "token ", r.of(hex, 40)); }},
      {"Headers", "Authorization: Digest",
       [](R r) {
         Sample sample;
         sample.secrets = {r.of(hex, 32), r.of(hex, 32)};
         sample.text = "Authorization: Digest username=\"bob\", realm=\"r@example\", nonce=\"" +
                       sample.secrets[0] + "\", uri=\"/dir/index.html\", response=\"" +
                       sample.secrets[1] + "\", qop=auth";
         return sample;
       }},
      {"Headers", "Authorization: Negotiate",
       [](R r) { return header("Authorization", "Negotiate ", "YII" + r.of(base64, 200) + "=="); }},
      {"Headers", "Authorization: ApiKey",
       [](R r) { return header("Authorization", "ApiKey ", r.of(alphanumeric, 40)); }},
      {"Headers", "Authorization: AWS4",
       [](R r) {
         Sample sample;
         sample.secrets = {text_of("AK", "IA" + r.of(base32, 16)), r.of(hex, 64)};
         sample.text =
             "Authorization: AWS4-HMAC-SHA256 Credential=" + sample.secrets[0] +
             "/20251013/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=" +
             sample.secrets[1];
         return sample;
       }},
      {"Headers", "Authorization without a scheme",
       [](R r) { return header("Authorization", "", r.of(alphanumeric, 32)); }},
      {"Headers", "Proxy-Authorization",
       [](R r) { return header("Proxy-Authorization", "Basic ", user_and_password(r)); }},
      {"Headers", "X-Api-Key", [](R r) { return header("X-Api-Key", "", r.of(alphanumeric, 32)); }},
      {"Headers", "X-Auth-Token", [](R r) { return header("X-Auth-Token", "", r.of(hex, 32)); }},
      {"Headers", "PRIVATE-TOKEN",
       [](R r) { return header("PRIVATE-TOKEN", "", closed(r, word, 20)); }},
      {"Headers", "Cookie",
       [](R r) {
         Sample sample;
         sample.secrets = {r.of(alphanumeric, 26), r.of(hex, 32)};
         sample.text =
             "Cookie: theme=dark; PHPSESSID=" + sample.secrets[0] + "; csrf=" + sample.secrets[1];
         return sample;
       }},
      {"Headers", "Set-Cookie",
       [](R r) {
         return within("Set-Cookie: session=", r.of(alphanumeric, 40), "; Path=/; HttpOnly");
       }},
      {"Assignments", "password=", [](R r) { return within("password=", password(r)); }},
      {"Assignments", "password: in YAML", [](R r) { return within("password: ", password(r)); }},
      {"Assignments", "\"password\": in JSON",
       [](R r) { return within("{\"user\": \"bob\", \"password\": \"", password(r), "\"}"); }},
      {"Assignments", "--password x",
       [](R r) { return within("--password ", password(r), " --verbose"); }},
      {"Assignments", "mysql -px",
       [](R r) { return within("mysql -h db -u root -p", plain_password(r), " app"); }},
      {"Assignments", "--token=", [](R r) { return within("--token=", r.of(alphanumeric, 24)); }},
      {"Assignments", "export X_TOKEN=",
       [](R r) { return within("export DEPLOY_TOKEN=", r.of(alphanumeric, 24)); }},
      {"Assignments", "docker run -e DB_PASSWORD=",
       [](R r) { return within("docker run --rm -e DB_PASSWORD=", password(r), " app:1"); }},
      {"Assignments", "ADO.NET",
       [](R r) {
         static constexpr std::string_view names[] = {"Password=", "Pwd="};
         return within("Server=db;Database=app;User Id=sa;" + std::string(names[r.below(2)]),
                       password(r), ";Encrypt=true");
       }},
      {"Assignments", "libpq",
       [](R r) {
         return within("host=db port=5432 user=app password=", password(r), " dbname=app");
       }},
      {"Assignments", "JDBC",
       [](R r) {
         return within("jdbc:postgresql://db:5432/app?user=app&password=", password(r),
                       "&ssl=true");
       }},
  };
}

}  // namespace

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = all_kinds();
  return all;
}

}  // namespace trace::testing
