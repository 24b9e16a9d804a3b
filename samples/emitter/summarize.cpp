// shiptrace summarize: what the outputSummary of some output looks like. Needs no backend.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <trace/summary.hpp>

#include <memory>
#include <string>

#include "commands.hpp"
#include "indented_json.hpp"
#include "input_file.hpp"
#include "options.hpp"
#include "printable.hpp"

namespace trace::cli {
namespace {

struct SummarizeOptions {
  SharedOptions shared;
  std::string file = "-";
  std::size_t max_bytes = SummaryLimits{}.max_bytes;
  bool json = false;
};

int summarize(const SummarizeOptions& options) {
  Summariser summariser({.max_bytes = options.max_bytes});
  const auto read =
      read_pieces(options.file, [&](std::string_view piece) { summariser.update(piece); });
  if (!read) return fail(read.error().text());
  const std::string summary = printable_json(summariser.finish());
  fmt::print("{}\n", options.json ? summary : indented_json(summary));
  return exit_code::ok;
}

}  // namespace

void add_summarize(CLI::App& app, int& status) {
  const auto options = std::make_shared<SummarizeOptions>();
  CLI::App* command =
      app.add_subcommand("summarize", "Shows the summary that a COMPLETED event has of an output.");
  command->add_option("FILE", options->file, "the output; - is stdin")->capture_default_str();
  command->add_option("--max-bytes", options->max_bytes, "size of the summary's JSON text")
      ->capture_default_str()
      ->type_name("N")
      ->check(CLI::Range(std::size_t{512}, std::size_t{1} << 30));
  command->add_flag("--json", options->json, "on one line, as it is sent");
  add_shared(*command, options->shared);
  command->footer(
      "Exit codes: 0 the summary is shown; 1 the file cannot be read; 2 wrong options.");
  command->final_callback([options, &status] { status = summarize(*options); });
}

}  // namespace trace::cli
