// SPDX-License-Identifier: Apache-2.0
// capture: what a line of a child costs from its pipe to its acknowledgement, and how many a second
// there are, beside others that only read the same lines. Prints JSON lines.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <functional>

#include "capture/captured.hpp"
#include "capture/printer.hpp"
#include "capture/readers.hpp"
#include "support/child.hpp"

namespace trace::bench {
namespace {

struct Measured {
  std::string name;
  std::function<void(const Report&)> measure;
};

void report(const Report& out, std::string_view reader, std::uint64_t lines,
            const Reading& reading) {
  const Case name = Case().with("reader", reader);
  const auto count = static_cast<double>(lines);
  out.add(name, "lines_per_second", "1/s", count / reading.seconds);
  out.add(name, "cpu_per_line", "µs", static_cast<double>(reading.cpu.count()) / 1000 / count);
}

std::vector<Measured> cases(std::uint64_t lines) {
  std::vector<Measured> all;
  all.push_back({"read and memchr", [lines](const Report& out) {
                   report(out, "read and memchr", lines, read_and_find_lines(lines));
                 }});
  all.push_back({"cat", [lines](const Report& out) {
                   report(out, "cat", lines, cat_to("/dev/null", lines));
                 }});
  for (const std::uint64_t secrets : {0U, 10U, 1000U}) {
    all.push_back(
        {fmt::format("run_process, {} secrets", secrets), [lines, secrets](const Report& out) {
           measure_capture({lines, secrets}, out);
         }});
  }
  return all;
}

}  // namespace
}  // namespace trace::bench

int main(int argc, char** argv) {
  using namespace trace::bench;
  std::uint64_t lines = 5'000'000;
  std::uint64_t to_print = 0;
  std::string only;
  CLI::App app{"What a captured line costs from the child's pipe to its acknowledgement"};
  app.add_option("--lines", lines, "of each case");
  app.add_option("--only", only, "cases whose reader and number of secrets contain it");
  app.add_option("--print", to_print, "be the child: print so many lines");
  CLI11_PARSE(app, argc, argv);
  if (to_print > 0) return print_lines(to_print) ? 0 : 1;
  bool all = true;
  for (const Measured& which : cases(lines)) {
    if (which.name.find(only) == std::string::npos) continue;
    all = measure_in_child("capture, " + which.name, [&] { which.measure(Report("capture")); }) &&
          all;
  }
  return all ? 0 : 1;
}
