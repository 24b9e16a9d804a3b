// SPDX-License-Identifier: Apache-2.0
// Attacks with samples of tokens: through record() and the encoder, and as the output of a tool.
#include <trace/trace.hpp>

#include <algorithm>
#include <fstream>
#include <map>

#include "attack/tokens/attacks.hpp"
#include "attack/tokens/samples.hpp"
#include "support/collector.hpp"
#include "support/temp_dir.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t seed = 20251013;

bool is_long() {
  const char* value = std::getenv("SHIPTRACE_TEST_LONG");
  return value != nullptr && std::string_view(value) == "1";
}

std::string in_context(const Context& context, const std::string& sample) {
  std::string text(context.before);
  if (context.name != json_context) return text.append(sample).append(context.after);
  // The shortest way to the sample as a JSON string: an event's message is one.
  EventPayload event;
  event.message = sample;
  const std::string json = to_json(event);
  const std::size_t begin = json.find("\"message\":") + 10;
  std::size_t end = begin + 1;
  while (json[end] != '"') end += json[end] == '\\' ? 2 : 1;
  return text.append(json, begin, end + 1 - begin).append(context.after);
}

// A session that delivers to a file.
class Recorder {
 public:
  Recorder() {
    Config config;
    config.transport = "file";
    config.endpoint = directory_ / "events.ndjson";
    config.journal_dir = directory_ / "journal";
    auto session = Session::start(config);
    if (!session) throw std::runtime_error(session.error().text());
    session_ = std::move(*session);
    node_.emplace(session_->run("run").node("node"));
  }

  const Node& node() const { return *node_; }

  // The delivered events: every text as its reader sees it.
  std::vector<std::string> events(Trial& trial) {
    trial.expect_equal(session_->close(60s).kept, 0U, "kept");
    std::vector<std::string> events;
    std::ifstream file(directory_ / "events.ndjson");
    for (std::string line; std::getline(file, line);) {
      const auto envelope = parse_envelope(line);
      if (!envelope) throw std::runtime_error(envelope.error().text());
      for (const EventPayload& event : envelope->events) {
        events.push_back(event.message.value_or("") + "\n" + event.data.value_or(""));
      }
    }
    return events;
  }

 private:
  TempDir directory_;
  std::optional<Session> session_;
  std::optional<Node> node_;
};

// Each kind is found when no sample of it is left in any context.
void expect_all_found(Trial& trial, const std::vector<std::size_t>& kind_of_event,
                      const std::vector<Sample>& samples, const std::vector<std::string>& events) {
  trial.expect_equal(events.size(), samples.size(), "events");
  std::map<std::size_t, std::string> left;
  for (std::size_t i = 0; i < std::min(events.size(), samples.size()); ++i) {
    if (is_left(events[i], samples[i])) left.emplace(kind_of_event[i], events[i]);
  }
  for (const auto& [kind, event] : left) {
    trial.expect(false, fmt::format("{} is left: {}", kinds()[kind].name, event.substr(0, 200)));
  }
  trial.note(fmt::format("{} of {} kinds found", kinds().size() - left.size(), kinds().size()));
  trial.note(fmt::format("{} contexts, {} samples", contexts().size(), samples.size()));
}

void messages(Trial& trial) {
  const int each = is_long() ? 50 : 4;
  Recorder recorder;
  Random random(seed);
  std::vector<std::size_t> kind_of_event;
  std::vector<Sample> samples;
  for (std::size_t kind = 0; kind < kinds().size(); ++kind) {
    for (const Context& context : contexts()) {
      for (int i = 0; i < each; ++i) {
        samples.push_back(kinds()[kind].make(random));
        kind_of_event.push_back(kind);
        record(recorder.node(), Type::progress, Level::info, "{}",
               in_context(context, samples.back().text));
      }
    }
  }
  expect_all_found(trial, kind_of_event, samples, recorder.events(trial));
}

void fields(Trial& trial) {
  Recorder recorder;
  Random random(seed + 1);
  std::vector<std::size_t> kind_of_event;
  std::vector<Sample> samples;
  for (std::size_t kind = 0; kind < kinds().size(); ++kind) {
    for (const Context& context : contexts()) {
      samples.push_back(kinds()[kind].make(random));
      kind_of_event.push_back(kind);
      record(recorder.node(), Type::progress, Level::info,
             field("value", in_context(context, samples.back().text)), "looked at {}", "it");
    }
  }
  expect_all_found(trial, kind_of_event, samples, recorder.events(trial));
}

void names_of_fields(Trial& trial) {
  Recorder recorder;
  Random random(seed + 2);
  Sample sample;
  const auto secret = [&] {
    sample.secrets.push_back(random.of("abcdefghijkmnpqrstuvwxyz23456789ABCDEFGH", 20) + "7x");
    return sample.secrets.back();
  };
  const Node& node = recorder.node();
  record(node, Type::progress, Level::info, field("password", secret()), "a");
  record(node, Type::progress, Level::info, field("api_key", secret()), "b");
  record(node, Type::progress, Level::info, field("Authorization", "Bearer " + secret()), "c");
  record(node, Type::progress, Level::info, field("Cookie", "sid=" + secret() + "; a=b"), "d");
  record(node, Type::progress, Level::info, field("client_secret", secret()), "e \"{}\"", 1);
  for (const std::string& event : recorder.events(trial)) {
    trial.expect(!is_left(event, sample), "left: " + event);
  }
  trial.note(fmt::format("{} names", sample.secrets.size()));
}

void placeholders(Trial& trial) {
  constexpr std::string_view placeholders[] = {
      "https://user:pass@host/x",
      "https://user:password@host/x",
      "https://<user>:<password>@host/x",
      "https://${USER}:${PASSWORD}@host/x",
      "redis://:$REDIS_PASSWORD@cache",
      "password=…",
      "password=...",
      "password=****",
      "password=xxxxxxxx",
      "password=changeme",
      "password: change-me",
      "--password <password>",
      "--password PASSWORD",
      "--token=${TOKEN}",
      "--token=$TOKEN",
      "export API_TOKEN=<your-token>",
      "DB_PASSWORD={{ db_password }}",
      "{\"password\":\"<redacted>\"}",
      "{\"token\":\"%s\"}",
      "Authorization: Bearer <token>",
      "Authorization: Bearer $TOKEN",
      "Authorization: Bearer ${TOKEN}",
      "Authorization: token xxxxxxxxxxxxxxxxxxxx",
      "X-Api-Key: YOUR-API-KEY",
      "Cookie: a=b; theme=dark",
      "?access_token=<token>&key=KEY",
      "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
      "sk_live_XXXXXXXXXXXXXXXXXXXXXXXX",
      "AKIAXXXXXXXXXXXXXXXX",
      "mysql -u root -p app",
      "password=/run/secrets/db",
      "password=None, token=None",
      "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
      "password: [REDACTED]",
      "token expired; key not found; secret missing; wrong password",
  };
  Recorder recorder;
  std::vector<std::string> expected;
  for (const std::string_view text : placeholders) {
    for (const Context& context : contexts()) {
      expected.push_back(in_context(context, std::string(text)));
      record(recorder.node(), Type::progress, Level::info, "{}", expected.back());
    }
  }
  const std::vector<std::string> events = recorder.events(trial);
  trial.expect_equal(events.size(), expected.size(), "events");
  for (std::size_t i = 0; i < std::min(events.size(), expected.size()); ++i) {
    trial.expect(events[i].starts_with(expected[i] + "\n"), "changed: " + events[i]);
  }
  trial.note(fmt::format("{} placeholders in {} contexts stay", std::size(placeholders),
                         contexts().size()));
}

// A tool prints one sample of each kind that is a single line; the store has none of them.
void output_of_a_tool(Trial& trial) {
  Collector collector;
  TempDir directory;
  Random random(seed + 3);
  Sample all;
  std::size_t printed = 0;
  std::ofstream file(directory / "output");
  for (const Kind& kind : kinds()) {
    Sample sample = kind.make(random);
    if (sample.text.find('\n') != std::string::npos) continue;
    file << "\x1b[33mgot\x1b[0m \x1b[1;32m" << sample.text << "\x1b[0m\n";
    all.secrets.insert(all.secrets.end(), sample.secrets.begin(), sample.secrets.end());
    ++printed;
  }
  file.close();
  Child tool({.argv = {SHIPTRACE_CLI_BINARY, "run", "--endpoint", collector.url(), "--run", "r",
                       "--node", "n", "--", "cat", directory / "output"},
              .env = {{"SHIPTRACE_JOURNAL_DIR", directory / "journal"}}});
  trial.expect_equal(tool.wait(60s).code, 0, "exit code");
  const std::string stored = collector.get("/workflows/runs/r/trace").body;
  std::size_t lines = 0;
  for (std::size_t at = stored.find("got "); at != stored.npos; at = stored.find("got ", at + 1)) {
    ++lines;
  }
  trial.expect(lines >= printed, fmt::format("{} of {} lines are stored", lines, printed));
  for (const std::string& secret : all.secrets) {
    trial.expect(!is_left(stored, {.text = {}, .secrets = {secret}}), "left: " + secret);
  }
  trial.note(fmt::format("{} lines, {} bytes in the store", printed, stored.size()));
}

void command_lines(Trial& trial) {
  Collector collector;
  TempDir directory;
  const std::string secret = std::string("kQ7vZ2x") + "m9Lp4Rt8w";
  const Sample sample{"", {secret}};
  const std::vector<std::vector<std::string>> lines{{"--password", secret},
                                                    {"--token=" + secret},
                                                    {"mysql", "-p" + secret},
                                                    {"-H", "Authorization: ApiKey " + secret}};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::vector<std::string> argv{SHIPTRACE_CLI_BINARY,
                                  "run",
                                  "--endpoint",
                                  collector.url(),
                                  "--run",
                                  fmt::format("r{}", i),
                                  "--node",
                                  "n",
                                  "--",
                                  "true"};
    argv.insert(argv.end(), lines[i].begin(), lines[i].end());
    Child tool({.argv = argv, .env = {{"SHIPTRACE_JOURNAL_DIR", directory / "journal"}}});
    trial.expect_equal(tool.wait(60s).code, 0, "exit code");
    const std::string stored = collector.get(fmt::format("/workflows/runs/r{}/trace", i)).body;
    trial.expect(stored.find("[REDACTED]") != std::string::npos, "nothing is redacted: " + stored);
    trial.expect(!is_left(stored, sample), "left: " + stored);
  }
  trial.note(fmt::format("{} command lines in STARTED", lines.size()));
}

}  // namespace

std::vector<Fault> shape_attacks() {
  return {{"kinds of tokens in messages", messages},
          {"kinds of tokens in fields", fields},
          {"secrets in fields with their names", names_of_fields},
          {"placeholders are no tokens", placeholders},
          {"tokens in the output of a tool", output_of_a_tool},
          {"tokens in a tool's arguments", command_lines}};
}

}  // namespace trace::testing
