// SPDX-License-Identifier: Apache-2.0
// Secrets through a real session and the file transport: what a grep finds in the journal's files
// and in the lines that were sent.
#include <doctest/doctest.h>
#include <trace/trace.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "support/secret_forms.hpp"
#include "support/temp_dir.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;

namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string content_of_all(const std::filesystem::path& directory) {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) all += content(entry.path());
  }
  return all;
}

void grep(const std::string& haystack, std::string_view where) {
  for (const Form& form : forms) {
    CHECK_MESSAGE(haystack.find(form.text) == std::string::npos, form.of, " in ", where);
  }
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' || c == '\\' ? "\\" : "").append(1, c);
  return out + "\"";
}

void record_everywhere(Node& node, std::string_view text) {
  const std::string json = "{\"k\":" + quoted(text) + "}";
  record(node, Type::progress, Level::info, field("text", text), field("json", Json{json}), "{}",
         text);
  record(node, {.message = text, .output_summary = json, .data = json});
  node.started();
  node.failed({.message = std::string(text),
               .code = std::string(text),
               .stack = std::string(text),
               .retryable = true,
               .attempt = 1});
  node.started();
  node.completed(text);
  node.started();
  node.completed(json);
  auto stream = node.stream(Stream::out);
  stream.write(text);
  stream.write("\n");
}

}  // namespace

TEST_CASE("a grep for a secret in all its forms finds nothing, neither in the journal nor sent") {
  const TempDir directory;
  Config config;
  config.journal_dir = directory / "journal";
  config.journal_budget = 64 << 20;
  config.transport = "file";
  config.endpoint = directory / "trace.ndjson";
  config.batch_delay = 1min;  // until close()
  auto session = Session::start(config);
  REQUIRE(session);
  CHECK(is_redacted(session->add_secret(secret)));
  {
    auto run = session->run("run-1");
    auto node = run.node("node-1");
    for (const Form& form : forms) {
      record_everywhere(node, form.text);
      record_everywhere(node, std::string("<").append(form.text).append(form.text).append(">"));
    }
  }
  const std::string journal = content_of_all(directory / "journal");
  CHECK(journal.find("[REDACTED]") != std::string::npos);
  grep(journal, "the journal");
  CHECK(session->close(10s).kept == 0);
  const std::string sent = content(config.endpoint);
  CHECK(sent.find("[REDACTED]") != std::string::npos);
  grep(sent, "what was sent");
}
