// SPDX-License-Identifier: Apache-2.0
// shiptrace finish: says that a run is finished.
#include <trace/recovery.hpp>
#include <trace/trace.hpp>

#include <chrono>
#include <string>

#include "emitter/commands/commands.hpp"
#include "emitter/output/exit.hpp"

namespace trace::cli::commands {
namespace {

// For events that earlier processes kept.
constexpr std::chrono::seconds patience{5};

}  // namespace

int finish(const FinishOptions& options) {
  const Config config = config_of(options.shared);
  // Before the session starts: a session that only closes leaves what other processes kept for
  // later, and while it holds such a journal nobody else delivers it. Its events would follow the
  // word that the run is finished.
  const auto kept = recover(config, patience);
  if (kept) {
    for (const std::string& line : kept->left) output::fail("left: " + line);
  }
  auto session = Session::start(config);
  if (!session) return output::fail(session.error().text(), exit_code::usage);
  auto run = session->run(options.run, options.spec);
  if (run.id().empty()) {
    return output::fail("--run: a run id has 1 to 128 bytes without control characters",
                        exit_code::usage);
  }
  run.finish();
  return close(*session, config, options.run) ? exit_code::ok : exit_code::failed;
}

}  // namespace trace::cli::commands
