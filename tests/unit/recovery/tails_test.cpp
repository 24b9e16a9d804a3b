// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <trace/recovery.hpp>
#include <trace/trace.hpp>

#include <filesystem>
#include <fstream>

#include "recovery/adoptions.hpp"
#include "recovery/found_tail.hpp"
#include "unit/recovery/killed_worker.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;

TEST_CASE("the last lines of a killed worker's captured output come before WORKER_LOST, once") {
  TempDir directory;
  const Config config = config_in(directory);
  killed_worker(config, 0, [](Session&, Run& run) {
    auto node = new Node(run.node("open"));
    node->started();
    auto out = new LineStream(node->stream(Stream::out, {.head_bytes = 6, .tail_bytes = 30'000}));
    auto err = new LineStream(node->stream(Stream::err));
    out->write("h1\nh2\n");
    for (int i = 0; i < 9999; ++i) out->write(std::to_string(10'000 + i) + "\n");
    err->write("last words\n");
    out->write("unfinished");
  });
  const std::string journal = journals(directory).front();
  const std::vector<std::string> tails = tail_paths(journal);
  REQUIRE(tails.size() == 1);
  std::filesystem::copy_file(journal, directory / "copy");
  std::filesystem::copy_file(tails.front(), directory / "copy of tail");
  auto store = std::make_shared<Store>();
  CHECK(recovered(config, store).lost_nodes == 1);
  CHECK(tail_paths(journal).empty());
  CHECK(!std::filesystem::exists(tails.front()));

  std::string head;
  std::string tail;
  std::string data;
  for (const EventPayload& event : store->events) {
    if (event.type != Type::progress) continue;
    if (data.empty() && event.data->starts_with(R"({"omitted":)")) {
      data = *event.data;
    } else {
      (data.empty() ? head : tail) += *event.message + "\n";
    }
  }
  CHECK(head == "h1\nh2\n");
  // Lines of 6 bytes, so 4998 of them beside the last one.
  CHECK(data ==
        fmt::format(R"({{"omitted":{{"lines":{},"bytes":{}}}}})", 9999 - 4998, (9999 - 4998) * 6));
  std::string expected;
  for (int i = 9999 - 4998; i < 9999; ++i) expected += std::to_string(10'000 + i) + "\n";
  CHECK(tail == expected + "last words\n");
  const EventPayload& last = store->events.at(store->events.size() - 2);
  CHECK(last.level == Level::warn);
  CHECK(last.data == R"({"stream":"stderr","origin":"component"})");
  CHECK(store->events.back().error->code == "WORKER_LOST");

  // A recovery that died before it removed the files is repeated.
  std::filesystem::rename(directory / "copy", journal);
  std::filesystem::rename(directory / "copy of tail", tails.front());
  const auto first = store->ids;
  recovered(config, store);
  CHECK(store->ids == first);
  CHECK(tail_paths(journal).empty());
}

TEST_CASE("a long origin is the same in live and in recovered events") {
  TempDir directory;
  const Config config = config_in(directory);
  killed_worker(config, 0, [](Session&, Run& run) {
    auto node = new Node(run.node("open"));
    std::string origin;
    for (int i = 0; i < 26; ++i) origin += "€";  // of three bytes, so that byte 64 is within one
    origin += "xx";
    auto out =
        new LineStream(node->stream(Stream::out, {.head_bytes = 5, .tail_bytes = 30'000}, origin));
    out->write("live\ntail\n");
  });
  REQUIRE(tail_paths(journals(directory).front()).size() == 1);
  auto store = std::make_shared<Store>();
  recovered(config, store);
  std::string expected;
  for (int i = 0; i < 21; ++i) expected += "€";
  int lines = 0;
  for (const EventPayload& event : store->events) {
    if (event.message != "live" && event.message != "tail") continue;
    ++lines;
    CHECK(event.data == R"({"stream":"stdout","origin":")" + expected + "\"}");
  }
  CHECK(lines == 2);
}

TEST_CASE("an invalid tail is skipped, reported, and kept in quarantine") {
  TempDir directory;
  Config config = config_in(directory);
  killed_worker(config, 0, [](Session&, Run& run) {
    auto node = new Node(run.node("open"));
    node->started();
    auto out = new LineStream(node->stream(Stream::out, {.head_bytes = 0, .tail_bytes = 3000}));
    out->write("a\nb\n");
  });
  const std::string journal = journals(directory).front();
  const std::uint64_t end = 1'000'000;
  overwrite(tail_paths(journal).at(0), offsetof(detail::journal::TailHeader, end), &end,
            sizeof end);
  auto store = std::make_shared<Store>();
  std::string observed;
  config.on_diagnostic = [&](const Diagnostic& diagnostic) { observed += diagnostic.text; };
  recovered(config, store);
  CHECK(store->events.size() == 2);
  CHECK(tail_paths(journal).empty());
  CHECK(observed.find("1 damaged slabs or files of") != std::string::npos);
  CHECK(std::filesystem::exists(directory.path() / "quarantine" /
                                (std::filesystem::path(journal).stem().string() + "-1.tail")));
}

TEST_CASE("an unfinished tail is not reported") {
  TempDir directory;
  Config config = config_in(directory);
  killed_worker(config, 0, [](Session&, Run& run) {
    auto node = new Node(run.node("open"));
    node->started();
    auto out = new LineStream(node->stream(Stream::out, {.head_bytes = 0, .tail_bytes = 3000}));
    out->write("a\nb\n");
  });
  const std::string journal = journals(directory).front();
  const std::string zeros(sizeof detail::journal::tail_magic, '\0');
  overwrite(tail_paths(journal).at(0), 0, zeros.data(), zeros.size());
  auto store = std::make_shared<Store>();
  std::string observed;
  config.on_diagnostic = [&](const Diagnostic& diagnostic) { observed += diagnostic.text; };
  recovered(config, store);
  CHECK(store->events.size() == 2);
  CHECK(observed.find("damaged") == std::string::npos);
  CHECK(tail_paths(journal).empty());
  CHECK(!std::filesystem::exists(directory.path() / "quarantine"));
}

TEST_CASE("tails whose journal is gone are removed after a while") {
  TempDir directory;
  const std::string old = directory / "01ARZ3NDEKTSV4RRFFQ69G5FAV-1.tail";
  const std::string fresh = directory / "01ARZ3NDEKTSV4RRFFQ69G5FAV-2.tail";
  for (const std::string& path : {old, fresh}) std::ofstream(path) << "x";
  std::filesystem::last_write_time(old, std::filesystem::file_time_type::clock::now() - 1h);
  detail::recovery::remove_leftovers(*journal_directory(directory.path()));
  CHECK(!std::filesystem::exists(old));
  CHECK(std::filesystem::exists(fresh));
}
