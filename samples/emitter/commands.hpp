// The commands of shiptrace, one file each, and what they promise about exit codes.
//
// main.cpp calls every add_… once; parsing the command line then runs the chosen command on the
// main thread, which leaves its exit status in `status`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace trace::cli {

namespace exit_code {
inline constexpr int ok = 0;
inline constexpr int failed = 1;         // the answer is no, or there is none; stderr says why
inline constexpr int usage = 2;          // wrong options or configuration
inline constexpr int not_started = 125;  // run and docker: usage, configuration, no child
inline constexpr int interrupted = 130;  // Ctrl-C or SIGTERM ended it first
}  // namespace exit_code

// What stood behind the first -- of the command line; nothing when there was none.
using BehindDashes = std::optional<std::vector<std::string>>;

void add_run(CLI::App& app, const BehindDashes& behind, int& status);
void add_docker(CLI::App& app, const BehindDashes& behind, int& status);
void add_record(CLI::App& app, int& status);
void add_emit(CLI::App& app, int& status);
void add_verify(CLI::App& app, int& status);
void add_tail(CLI::App& app, int& status);
void add_status(CLI::App& app, int& status);
void add_summarize(CLI::App& app, int& status);
void add_recover(CLI::App& app, int& status);
void add_inspect(CLI::App& app, int& status);

// "shiptrace: <text>" on stderr, control characters escaped; answers `code`.
int fail(std::string_view text, int code = exit_code::failed);

}  // namespace trace::cli
