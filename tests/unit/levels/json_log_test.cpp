// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "levels/level_detector.hpp"

using namespace trace;
using namespace trace::detail::levels;

namespace {

struct Entry {
  std::string_view logger;
  std::string_view line;
  Level level;
  std::string_view message;
  std::string_view fields;
};

}  // namespace

TEST_CASE("a JSON log line has the level, message and other members of its author") {
  constexpr Entry entries[] = {
      {"pino", R"({"level":30,"time":1704164645678,"pid":1,"hostname":"h","msg":"started"})",
       Level::info, "started", R"({"level":30,"time":1704164645678,"pid":1,"hostname":"h"})"},
      {"pino", R"({"level":10,"time":1,"msg":"t"})", Level::debug, "t", R"({"level":10,"time":1})"},
      {"pino", R"({"level":20,"time":1,"msg":"d"})", Level::debug, "d", R"({"level":20,"time":1})"},
      {"pino", R"({"level":60,"time":1,"msg":"f"})", Level::error, "f", R"({"level":60,"time":1})"},
      {"bunyan",
       R"({"name":"app","hostname":"h","pid":1,"level":40,"msg":"slow","time":"x","v":0})",
       Level::warn, "slow", R"({"name":"app","hostname":"h","pid":1,"level":40,"time":"x","v":0})"},
      {"bunyan", R"({"name":"app","level":50,"err":{"stack":"E\n at"},"msg":"boom","v":0})",
       Level::error, "boom", R"({"name":"app","level":50,"err":{"stack":"E\n at"},"v":0})"},
      {"zap", R"({"level":"error","ts":1704164645.1,"caller":"x.go:1","msg":"failed"})",
       Level::error, "failed", R"({"level":"error","ts":1704164645.1,"caller":"x.go:1"})"},
      {"zap", R"({"level":"dpanic","msg":"m"})", Level::error, "m", R"({"level":"dpanic"})"},
      {"logrus", R"({"level":"warning","msg":"slow","time":"2024-01-02T03:04:05Z"})", Level::warn,
       "slow", R"({"level":"warning","time":"2024-01-02T03:04:05Z"})"},
      {"slog", R"({"time":"2024-01-02T03:04:05Z","level":"DEBUG","msg":"d"})", Level::debug, "d",
       R"({"time":"2024-01-02T03:04:05Z","level":"DEBUG"})"},
      {"zerolog", R"({"level":"fatal","error":"x","message":"m"})", Level::error, "m",
       R"({"level":"fatal","error":"x"})"},
      {"hclog", R"({"@level":"warn","@message":"m","@module":"core"})", Level::warn, "m",
       R"({"@level":"warn","@module":"core"})"},
      {"python-json-logger", R"({"levelname": "CRITICAL", "message": "m", "name": "root"})",
       Level::error, "m", R"({"levelname": "CRITICAL", "name": "root"})"},
      {"ECS", R"({"@timestamp":"x","log.level":"WARN","message":"m"})", Level::warn, "m",
       R"({"@timestamp":"x","log.level":"WARN"})"},
      {"Serilog", R"({"@t":"x","@m":"m","@l":"Warning","A":1})", Level::warn, "m",
       R"({"@t":"x","@l":"Warning","A":1})"},
      {".NET", R"({"EventId":0,"LogLevel":"Information","Category":"c","Message":"m"})",
       Level::info, "m", R"({"EventId":0,"LogLevel":"Information","Category":"c"})"},
      {"GCP", R"({"severity":"NOTICE","message":"m"})", Level::info, "m",
       R"({"severity":"NOTICE"})"},
      {"GCP", R"({"message":"m","severity":"EMERGENCY"})", Level::error, "m",
       R"({"severity":"EMERGENCY"})"},
      {"GELF", R"({"version":"1.1","host":"h","short_message":"m","level":3})", Level::error, "m",
       R"({"version":"1.1","host":"h","level":3})"},
      {"GELF", R"({"version":"1.1","host":"h","short_message":"m","level":7})", Level::debug, "m",
       R"({"version":"1.1","host":"h","level":7})"},
      {"journald", R"({"PRIORITY":"4","MESSAGE":"m"})", Level::warn, "m", R"({"PRIORITY":"4"})"},
      {"lvl", R"({"lvl":"eror","msg":"m"})", Level::error, "m", R"({"lvl":"eror"})"},
      {"trace", R"({"level":"trace","msg":"m"})", Level::debug, "m", R"({"level":"trace"})"},
      {"escapes", R"({"level":"info","msg":"a\nb\t\"c\" \u20ac \ud83d\ude00"})", Level::info,
       "a\nb\t\"c\" \xE2\x82\xAC \xF0\x9F\x98\x80", R"({"level":"info"})"},
      {"colours", R"({"level":"info","msg":"\u001b[32mok\u001b[0m \u009b1mb\u0007\u001b]0;t"})",
       Level::info, "ok b", R"({"level":"info"})"},
      {"white space", "{ \"msg\" : \"m\" , \"level\" : \"warn\" , \"a\" : [ 1 , 2 ] }", Level::warn,
       "m", "{ \"level\" : \"warn\" , \"a\" : [ 1 , 2 ] }"},
      {"white space", "{ \"level\" : \"warn\" , \"msg\" : \"m\" }", Level::warn, "m",
       "{ \"level\" : \"warn\" }"},
      {"twice", R"({"level":"warn","level":"error","msg":"m","msg":"n","a":1,"a":2})", Level::warn,
       "m", R"({"level":"warn","level":"error","msg":"n","a":1,"a":2})"},
      {"both names", R"({"level":"warn","msg":"m","message":"n"})", Level::warn, "m",
       R"({"level":"warn","message":"n"})"},
      {"object as message", R"({"level":"warn","message":{"a":1},"msg":"m"})", Level::warn, "m",
       R"({"level":"warn","message":{"a":1}})"},
      {"no message", R"({"level":"error","code":7})", Level::error, R"({"level":"error","code":7})",
       ""},
      {"empty message", R"({"level":"error","msg":"","code":7})", Level::error,
       R"({"level":"error","msg":"","code":7})", ""},
      {"numbers", R"({"level":"error","msg":"m","a":-1.5e+10,"b":18446744073709551615})",
       Level::error, "m", R"({"level":"error","a":-1.5e+10,"b":18446744073709551615})"},
      {"long numbers",
       R"({"level":"error","msg":"m","a":1e400,"b":[ 123456789012345678901234567890 , -0 ],"c":0.12345678901234567890})",
       Level::error, "m",
       R"({"level":"error","a":1e400,"b":[ 123456789012345678901234567890 , -0 ],"c":0.12345678901234567890})"},
      {"lone surrogates", R"({"level":"error","msg":"a\ud800b","k\udc00":"\ud83dx"})", Level::error,
       "a\xEF\xBF\xBD"
       "b",
       "{\"level\":\"error\",\"k\xEF\xBF\xBD\":\"\xEF\xBF\xBDx\"}"},
      {"lone surrogate without a message", R"({"level":"error","a":"\ud800"})", Level::error,
       R"({"level":"error","a":"\ud800"})", ""},
  };
  LevelDetector detector;
  for (const Entry& entry : entries) {
    CAPTURE(entry.logger);
    CAPTURE(entry.line);
    const Finding finding = detector.detect(entry.line, Stream::out);
    CHECK(name(finding.level) == name(entry.level));
    CHECK(finding.message == entry.message);
    CHECK(finding.fields == entry.fields);
  }
}

TEST_CASE("a line that is longer once it is valid UTF-8 is left as it is") {
  LevelDetector detector;
  const std::string line =
      R"({"a":"\ud800)" + std::string(JsonLog::max_line_bytes - 20, '\xC3') + R"("})";
  REQUIRE(line.size() < JsonLog::max_line_bytes);
  CHECK(detector.detect(line, Stream::out).message == line);
}

TEST_CASE("a JSON log line whose message shows nothing has its level, and stays as it is") {
  LevelDetector detector;
  for (const std::string_view line :
       {R"({"level":"error","msg":""})", R"({"level":"error","msg":"\u001b[1m\u001b[0m"})"}) {
    const Finding finding = detector.detect(line, Stream::out);
    CHECK(name(finding.level) == "error");
    CHECK(finding.message == line);
    CHECK(finding.fields.empty());
  }
}

TEST_CASE("JSON that is invalid or not a log entry stays text") {
  const std::string too_long =
      R"({"level":"error","msg":")" + std::string(JsonLog::max_line_bytes, 'x') + R"("})";
  const std::string deep =
      R"({"level":"error","msg":"m","a":)" + std::string(101, '[') + std::string(101, ']') + "}";
  const std::string_view lines[] = {
      R"({"template-id":"x","info":{"name":"n","severity":"critical"},"host":"h"})",  // nuclei
      R"({"severity":"critical","title":"SQL injection","url":"https://x"})",
      R"({"level":"high","msg":"m"})",
      R"({"level":3,"msg":"m"})",
      R"({"level":30,"player":"x"})",
      R"({"host":"h","status_code":200,"error":"timeout"})",  // httpx
      R"({"nested":{"level":"error"},"msg":"m"})",
      R"({"msg":"level: error"})",
      R"({"level":"error","msg":"m","a":NaN})",
      R"({"level":"error","msg":"m","a":Infinity})",
      R"({"level":"error","msg":"m","a":01})",
      R"({"level":"error","msg":"m","a":1.})",
      R"({"level":"error","msg":"m","a":tru})",
      R"({"level":"error","msg":"m","a":nul})",
      R"({"level":"error","msg":"m","a":"\x"})",
      R"({"level":"error","msg":"m","\x":1})",
      R"({"level":"error","msg":"m",})",
      R"({"level":"error","msg":"m",,"a":1})",
      R"({"level":"error" "msg":"m"})",
      R"({"level":"error","msg"})",
      R"({"level":"error","msg":"m","a":[1,]})",
      R"({"level":"error","msg":"m","a":[1}])",
      R"({"level":"error","msg":"m","a":[1})",
      R"({"level":"error","msg":"m"}})",
      R"({"level":"error","msg":"m"} {"level":"error"})",
      R"({"level":"error","msg":"m)",
      R"({'level':'error','msg':'m'})",
      R"({level:"error",msg:"m"})",
      "{\"level\":\"error\",\"msg\":\"a\tb\"}",
      "{}",
      "{ }",
      "{error}",
      too_long,
      deep,
  };
  LevelDetector detector;
  for (const std::string_view line : lines) {
    CAPTURE(line.substr(0, 100));
    const Finding finding = detector.detect(line, Stream::err);
    CHECK(name(finding.level) == "warn");
    CHECK(finding.message == line);
    CHECK(finding.fields.empty());
    // Invalid input leaves no state behind.
    CHECK(detector.detect(R"({"level":"info","msg":"m"})", Stream::err).message == "m");
  }
}

TEST_CASE("a JSON log line of the longest size is read, and of any lesser size") {
  LevelDetector detector;
  const std::string_view head = R"({"level":"error","msg":")";
  for (std::size_t size = 30; size <= JsonLog::max_line_bytes; size += size < 200 ? 1 : 997) {
    std::string line(head);
    line.resize(size - 2, 'x');
    line += "\"}";
    const Finding finding = detector.detect(line, Stream::out);
    REQUIRE(name(finding.level) == "error");
    REQUIRE(finding.message.size() == size - 2 - head.size());
    REQUIRE(finding.fields == R"({"level":"error"})");
  }
  std::string longest(head);
  longest.resize(JsonLog::max_line_bytes - 2, 'x');
  longest += "\"}";
  CHECK(name(detector.detect(longest, Stream::out).level) == "error");
}
