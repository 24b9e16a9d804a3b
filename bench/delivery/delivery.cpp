// SPDX-License-Identifier: Apache-2.0
// delivery: what an event costs the emitter from record() to its acknowledgement, and how many a
// second there are. Prints JSON lines.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "delivery/case.hpp"
#include "support/child.hpp"

namespace trace::bench {
namespace {

constexpr std::uint64_t million = 1'000'000;

std::vector<DeliveryCase> cases(bool quick) {
  std::vector<DeliveryCase> all{
      {in_process, "identity", million, 2},    {counting_sink, "identity", million, 1},
      {counting_sink, "identity", million, 2}, {counting_sink, "gzip", million, 2},
      {counting_sink, "zstd", million, 2},     {collector, "identity", million, 2}};
  // Does the cost stay, whatever there is of threads, runs, secrets and events?
  for (const unsigned threads : {1U, 16U, 64U}) {
    all.push_back({in_process, "identity", million, threads});
  }
  for (const std::uint64_t runs : {100U, 100'000U}) {
    all.push_back({in_process, "identity", million, 2, runs});
  }
  for (const std::uint64_t secrets : {10U, 1000U}) {
    all.push_back({counting_sink, "identity", million, 2, 1, secrets});
  }
  if (!quick) {
    all.push_back({in_process, "identity", 100 * million, 2});
    all.push_back({counting_sink, "identity", 10 * million, 2});
  }
  return all;
}

}  // namespace
}  // namespace trace::bench

int main(int argc, char** argv) {
  using namespace trace::bench;
  bool quick = false;
  std::string only;
  CLI::App app{"What an event costs from record() to its acknowledgement"};
  app.add_flag("--quick", quick, "without the longest case");
  app.add_option("--only", only, "cases whose backend and compression contain it");
  CLI11_PARSE(app, argc, argv);
  bool all = true;
  for (const DeliveryCase& which : cases(quick)) {
    const std::string name = which.backend + " " + which.compression;
    if (name.find(only) == std::string::npos) continue;
    all = measure_in_child("delivery, " + name,
                           [&] { measure_delivery(which, Report("delivery")); }) &&
          all;
  }
  return all ? 0 : 1;
}
