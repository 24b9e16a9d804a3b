// SPDX-License-Identifier: Apache-2.0
// The trials, with real commands.
#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>
#include <trace/trace.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <string_view>

#include "attack/secrets/store.hpp"
#include "support/written_forms.hpp"

namespace trace::testing {
namespace {

bool has_part(std::string_view text, std::string_view secret, std::size_t size) {
  for (std::size_t at = 0; at + size <= secret.size(); ++at) {
    if (text.find(secret.substr(at, size)) != std::string_view::npos) return true;
  }
  return false;
}

std::string base64_core(std::string_view file, std::size_t at, std::size_t size) {
  static constexpr std::string_view characters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = (at * 8 + 5) / 6; i < (at + size) * 8 / 6; ++i) {
    unsigned value = 0;
    for (std::size_t bit = i * 6; bit < i * 6 + 6; ++bit) {
      const auto byte = static_cast<unsigned char>(file[bit / 8]);
      value = value << 1 | (byte >> (7 - bit % 8) & 1U);
    }
    out += characters[value];
  }
  return out;
}

std::string without_line_ends(std::string text) {
  std::erase(text, '\n');
  return text;
}

}  // namespace

void cut_command_lines(Trial& trial) {
  const std::string secret = "hJ7kQz-0pLm4Xw9RtYv2Bn";
  Store store;
  // The message of STARTED has 200 bytes: the secret begins before that limit and ends after it.
  for (std::size_t before = 172; before <= 200; before += 2) {
    store.run("n", {"true", std::string(before - 6, 'x'), secret, "behind"},
              {{"MY_SECRET", secret}});
  }
  const std::string events = store.events();
  trial.expect(events.find("xxxx") != std::string::npos, "the command lines are not in the store");
  trial.expect(!has_part(events, secret, 6), "a part of the secret is in the store");
  std::size_t longest = 0;
  while (longest < secret.size() && has_part(events, secret, longest + 1)) ++longest;
  trial.note(fmt::format("15 cuts, at most {} characters of 22 stored", longest));
}

void encoded_files(Trial& trial) {
  const std::string secret = "s3cr3t-Value/With_25chars";
  constexpr int files = 300;
  Store store;
  std::mt19937 random(20'261'130);
  const auto bytes = [&](std::size_t count) {
    std::string text;
    while (text.size() < count) text += static_cast<char>(random());
    return text;
  };
  std::vector<std::string> cores;
  for (int i = 0; i < files; ++i) {
    const std::string before = bytes(random() % 400);
    const std::string file = before + secret + bytes(random() % 400);
    std::ofstream(store.file(std::to_string(i)), std::ios::binary) << file;
    cores.push_back(base64_core(file, before.size(), secret.size()));
  }
  const std::string script = fmt::format(
      "for i in $(seq 0 {}); do echo \"FILE$i:\"; base64 {}$i; done", files - 1, store.file(""));
  trial.expect_equal(store.run("n", {"sh", "-c", script}, {{"MY_SECRET", secret}}), 0, "exit code");
  const std::string printed = store.printed("n");
  int leaks = 0;
  int seen = 0;
  for (int i = 0; i < files; ++i) {
    const std::string head = fmt::format("FILE{}:\n", i);
    const std::size_t begin = printed.find(head);
    if (begin == std::string::npos) continue;
    ++seen;
    const std::size_t end = std::min(printed.find("FILE", begin + 4), printed.size());
    const std::string text =
        without_line_ends(printed.substr(begin + head.size(), end - begin - head.size()));
    if (has_part(text, cores[static_cast<std::size_t>(i)], 8)) ++leaks;
  }
  trial.expect_equal(seen, files, "files in the store");
  trial.expect_equal(leaks, 0, "files that leak");
  trial.note(fmt::format("{} leaks of {} files", leaks, seen));
}

void written_by_tools(Trial& trial) {
  Store store;
  std::ofstream file(store.file("forms"), std::ios::binary);
  for (const WrittenForm& form : written_forms) {
    file << "FORM:" << form.name << "\n" << form.text << "\n";
  }
  file << "FORM:end\n";
  file.close();
  const std::string secret(written_secret);
  store.run("n", {"cat", store.file("forms")}, {{"MY_SECRET", secret}});
  const std::string printed = store.printed("n");
  int found = 0;
  int leaks = 0;
  for (const WrittenForm& form : written_forms) {
    const std::string head = fmt::format("FORM:{}\n", form.name);
    const std::size_t begin = printed.find(head);
    trial.expect(begin != std::string::npos, fmt::format("'{}' is not in the store", form.name));
    if (begin == std::string::npos) continue;
    const std::size_t end = printed.find("FORM:", begin + 1);
    const bool is_found =
        printed.substr(begin, end - begin).find("[REDACTED]") != std::string::npos;
    trial.expect(is_found == form.is_found,
                 fmt::format("'{}' {}, and the page says the opposite", form.name,
                             is_found ? "is found" : "leaks"));
    ++(is_found ? found : leaks);
  }
  trial.note(fmt::format("{} forms found, {} leak as documented", found, leaks));
}

void many_long_secrets(Trial& trial) {
  Store store;
  std::mt19937 random(7);
  std::map<std::string, std::string> env;
  std::size_t bytes = 0;
  for (int i = 0; i < 150; ++i) {
    std::string secret;
    while (secret.size() < 6000)
      secret += "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789+/=."[random() % 50];
    bytes += secret.size();
    env.emplace(fmt::format("S{}_SECRET", i), std::move(secret));
  }
  rusage before{};
  getrusage(RUSAGE_CHILDREN, &before);
  trial.expect_equal(store.run("n", {"true"}, env), 0, "exit code");
  rusage after{};
  getrusage(RUSAGE_CHILDREN, &after);
  const auto milliseconds = [](const rusage& usage) {
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
  };
  const long cpu = milliseconds(after) - milliseconds(before);
  const long mebibytes = after.ru_maxrss / 1024;
  trial.expect(mebibytes < 200, fmt::format("{} MiB of memory", mebibytes));
  trial.expect(cpu < 3000, fmt::format("{} ms of CPU time", cpu));
  trial.note(
      fmt::format("{} kB of secrets: {} ms of CPU time, {} MiB", bytes / 1000, cpu, mebibytes));
}

void secrets_added_one_by_one(Trial& trial) {
  using namespace std::chrono_literals;
  constexpr int count = 2'000;
  const TempDir directory;
  Config config;
  config.transport = "file";
  config.endpoint = directory / "events.ndjson";
  config.journal_dir = directory / "journal";
  auto session = Session::start(config);
  if (!session) return trial.expect(false, session.error().text());
  auto node = session->run("run").node("node");
  const auto cpu_milliseconds = [] {
    timespec spent{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) * 1e3 + static_cast<double>(spent.tv_nsec) / 1e6;
  };
  double adding = 0;
  double longest = 0;
  int refused = 0;
  for (int i = 0; i < count; ++i) {
    const std::string secret = fmt::format("added-one-by-one-it-has-forty-bytes-{:04}", i);
    const double before = cpu_milliseconds();
    if (!is_redacted(session->add_secret(secret))) ++refused;
    const double spent = cpu_milliseconds() - before;
    adding += spent;
    longest = std::max(longest, spent);
    record(node, Type::progress, Level::info, "<{}>", secret);
  }
  // The journal has what was recorded as it was recorded.
  int leaks = 0;
  const auto count_leaks = [&](const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text.find("one-by-one-it-has") != std::string::npos) ++leaks;
  };
  for (const auto& entry : std::filesystem::recursive_directory_iterator(config.journal_dir)) {
    if (entry.is_regular_file()) count_leaks(entry.path());
  }
  trial.expect_equal(session->close(60s).kept, 0U, "kept");
  count_leaks(config.endpoint);
  trial.expect_equal(refused, 0, "refused");
  trial.expect_equal(leaks, 0, "files that leak");
  // Where each call builds the tables of all, this takes some 40 s.
  trial.expect(adding < 10'000, fmt::format("{:.0f} ms of the adding thread", adding));
  trial.note(fmt::format("{} secrets: {:.0f} ms of the adding thread, the longest call {:.1f} ms",
                         count, adding, longest));
}

}  // namespace trace::testing
