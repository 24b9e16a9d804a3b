// SPDX-License-Identifier: Apache-2.0
// shiptrace: traces processes and containers, records single events, and shows what the backend
// holds.
#include <exception>

#include "emitter/command_line/command_line.hpp"
#include "emitter/output/failure.hpp"
#include "emitter/stop_signals.hpp"

int main(int argc, char** argv) {
  using namespace trace::cli;
  survive_broken_pipes();
  try {
    return command_line::run(argc, argv);
  } catch (const std::exception& error) {
    return output::fail(error.what(), command_line::has_child(argc, argv) ? exit_code::not_started
                                                                          : exit_code::failed);
  }
}
