// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <trace/redaction.hpp>

#include <string>

TEST_CASE("names of variables that hold secrets") {
  for (const std::string_view name : {"GITHUB_TOKEN",
                                      "GITHUB_TOKENS",
                                      "github_token",
                                      "TOKEN",
                                      "PASSWORD",
                                      "DB_PASSWORD",
                                      "DB_PASSWORDS",
                                      "CLIENT_SECRET",
                                      "CLIENT_SECRETS",
                                      "SECRET",
                                      "SSH_KEY",
                                      "SSH_KEYS",
                                      "KEY",
                                      "DEPLOY_PRIVATE_KEY",
                                      "AWS_SECRET_ACCESS_KEY",
                                      "AWS_ACCESS_KEY",
                                      "OPENAI_API_KEY",
                                      "openai_api_keys",
                                      "SQL_CONNECTION_STRING",
                                      "SQL_CONNECTION_STRINGS",
                                      "APP_CREDENTIALS",
                                      "APP_CREDENTIAL",
                                      "GPG_PASSPHRASE",
                                      "GPG_PASSPHRASES",
                                      "PGPASSWORD",
                                      "APIKEY",
                                      "X-Api-Key",
                                      "spring.datasource.password",
                                      "MYSQL_PASS",
                                      "SHIPTRACE_TOKEN"}) {
    CAPTURE(name);
    CHECK(trace::is_secret_name(name));
  }
}

TEST_CASE("names that only look like it") {
  for (const std::string_view name : {"",
                                      "PATH",
                                      "HOME",
                                      "KEYBOARD",
                                      "X_KEYBOARD",
                                      "SSH_PUBLIC_KEY",
                                      "PUBLIC_KEYS",
                                      "OAUTH_TOKEN_URL",
                                      "TOKEN_FILE",
                                      "SHIPTRACE_TOKEN_FILE",
                                      "KEY_ID",
                                      "AWS_ACCESS_KEY_ID",
                                      "MONKEY",
                                      "COMPASS",
                                      "BYPASS",
                                      "MAX_TOKENS",
                                      "OPENAI_MAX_TOKENS",
                                      "SECRETARY",
                                      "PASSWORD_MIN_LENGTH",
                                      "KEYS_DIR",
                                      "PRIMARY_KEY",
                                      "PWD",
                                      "TURKEY",
                                      "S",
                                      "_",
                                      "TOKENIZER"}) {
    CAPTURE(name);
    CHECK_FALSE(trace::is_secret_name(name));
  }
  CHECK_FALSE(trace::is_secret_name(std::string(300, 'A') + "_TOKEN"));
}
