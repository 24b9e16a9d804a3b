// SPDX-License-Identifier: Apache-2.0
// collector: what an event costs the collector from its request to the database, and how many a
// second there are, beside SQLite alone, which stores the same rows in as many transactions.
// Prints JSON lines.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <stdexcept>

#include "collector/load.hpp"
#include "support/report.hpp"
#include "support/temporary_directory.hpp"

namespace trace::bench {
namespace {

void report(const Load& load, std::string_view stored_by, const Stored& stored) {
  const Case name = Case()
                        .with("stored by", stored_by)
                        .with("connections", load.connections)
                        .with("events of a request", load.batch);
  const auto events = static_cast<double>(load.events);
  const Report out("collector");
  out.add(name, "cpu_per_event", "µs", static_cast<double>(stored.cpu.count()) / 1000 / events);
  out.add(name, "events_per_second", "1/s", events / stored.seconds);
}

void measure(const Load& load) {
  const TemporaryDirectory directory(std::filesystem::temp_directory_path());
  const std::string collected = directory.path() + "/collected.db";
  report(load, "the collector", store_by_collector(load, collected));
  report(load, "SQLite alone", store_by_sqlite(load, collected, directory.path() + "/copied.db"));
}

}  // namespace
}  // namespace trace::bench

int main(int argc, char** argv) {
  std::uint64_t events = 800'000;
  CLI::App app{"What an event costs the collector, beside SQLite alone"};
  app.add_option("--events", events, "of each case");
  CLI11_PARSE(app, argc, argv);
  try {
    for (const unsigned connections : {1U, 4U}) {
      trace::bench::measure({events / connections * connections, connections, 2000});
    }
  } catch (const std::exception& failure) {
    fmt::print(stderr, "collector: {}\n", failure.what());
    return 1;
  }
}
