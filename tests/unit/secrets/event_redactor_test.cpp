// SPDX-License-Identifier: Apache-2.0
#include "secrets/event_redactor.hpp"

#include <doctest/doctest.h>

#include "contract/json_repair.hpp"

using namespace trace::detail::secrets;

namespace {

RedactionRules rules() {
  auto secrets = std::make_shared<Secrets>();
  secrets->add("c0rrect \"horse\"");
  secrets->add("73313370");
  return {secrets, true};
}

}  // namespace

TEST_CASE("a clean text is not copied") {
  EventRedactor redactor(rules());
  redactor.refresh();
  const std::string_view text = "nothing here";
  CHECK(redactor.cleaned(text).data() == text.data());
  const std::string_view json = R"({"a":[1,"b"]})";
  CHECK(redactor.cleaned_json(json).data() == json.data());
}

TEST_CASE("both passes") {
  EventRedactor redactor(rules());
  redactor.refresh();
  CHECK(redactor.cleaned("a c0rrect \"horse\" at x://u:pa5@h") ==
        "a [REDACTED] at x://u:[REDACTED]@h");
  EventRedactor none(RedactionRules{});
  none.refresh();
  CHECK(none.cleaned("a c0rrect \"horse\" at x://u:pa5@h") == "a c0rrect \"horse\" at x://u:pa5@h");
}

TEST_CASE("the values of JSON, as their reader sees them") {
  EventRedactor redactor(rules());
  redactor.refresh();
  for (const auto& row : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {R"({"a":"c0rrect \"horse\"","b":2})", R"({"a":"[REDACTED]","b":2})"},
           {R"({"a":"c0rr\u0065ct\t\u0022horse\u0022 \\ \n"})", R"({"a":"[REDACTED] \\ \n"})"},
           {R"({"c0rrect \"horse\"":null})", R"({"[REDACTED]":null})"},
           {R"([73313370,1733133705,7331337,"x73313370"])",
            R"(["[REDACTED]","[REDACTED]",7331337,"x[REDACTED]"])"},
           {R"({"u":"x:\/\/u:pa5@h\n","t":true,"f":-1.5e3})",
            R"({"u":"x://u:[REDACTED]@h\n","t":true,"f":-1.5e3})"},
           {R"({"e":"\ud83d\udd11 \u00e9 \\"})", R"({"e":"\ud83d\udd11 \u00e9 \\"})"},
           {R"("c0rrect \"horse\"")", R"("[REDACTED]")"},
           {R"({"password":"hunter2-x","user":"bob"})",
            R"({"password":"[REDACTED]","user":"bob"})"},
           {R"({"a":{"apiKey":"k7Q2v9Zx"},"b":"k7Q2v9Zx"})",
            R"({"a":{"apiKey":"[REDACTED]"},"b":"k7Q2v9Zx"})"},
           {R"({"password":12345678,"count":12345678})",
            R"({"password":"[REDACTED]","count":12345678})"},
           {R"({"Authorization":"ApiKey k7Q2v9Zx"})", R"({"Authorization":"ApiKey [REDACTED]"})"},
           {R"({"argv":["x","--password","k7Q2v9Zx","-v"]})",
            R"({"argv":["x","--password","[REDACTED]","-v"]})"},
           {R"(["mysql","-pk7Q2v9Zx","db"])", R"(["mysql","-p[REDACTED]","db"])"},
           {R"({"argv":["x","--password","correct horse battery 9!","-v"]})",
            R"({"argv":["x","--password","[REDACTED]","-v"]})"},
           {R"(["x","--db-password","correct horse \"battery\" 9!"])",
            R"(["x","--db-password","[REDACTED]"])"},
           {R"(["x","--password","--verbose","7 of 9 horses"])",
            R"(["x","--password","--verbose","7 of 9 horses"])"},
           {R"(["x","-token","a 1 b 2 c 3 d 4"])", R"(["x","-token","[REDACTED]"])"},
           {R"({"passwords":["a1b2c3d4e5f6","correct horse 9"],"names":["a1b2c3d4e5f6"]})",
            R"({"passwords":["[REDACTED]","[REDACTED]"],"names":["a1b2c3d4e5f6"]})"},
           {R"({"apiKey":[null,"k7Q2v9Zx",["k7Q2v9Zx"]],"b":"k7Q2v9Zx"})",
            R"({"apiKey":[null,"[REDACTED]",["[REDACTED]"]],"b":"k7Q2v9Zx"})"},
           {R"({"password":["k7Q2v9Zx",12345678]})", R"({"password":["[REDACTED]","[REDACTED]"]})"},
           {R"({"password":"changeme","token":"<token>"})",
            R"({"password":"changeme","token":"<token>"})"},
           {R"({})", R"({})"}}) {
    const std::string_view json = row.first;
    const std::string_view cleaned = row.second;
    CAPTURE(json);
    CHECK(redactor.cleaned_json(json) == cleaned);
    CHECK(trace::detail::contract::repaired_json_value(redactor.cleaned_json(json)).has_value());
  }
}

TEST_CASE("secrets that come later") {
  auto secrets = std::make_shared<Secrets>();
  EventRedactor redactor({secrets, false});
  redactor.refresh();
  CHECK(redactor.is_clean("hunter2-hunter2"));
  secrets->add("hunter2-hunter2");
  redactor.refresh();
  CHECK_FALSE(redactor.is_clean("hunter2-hunter2"));
}
