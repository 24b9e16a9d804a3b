// SPDX-License-Identifier: Apache-2.0
// The tools as processes: `shiptrace run`.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "traced.hpp"

namespace trace::testing {

Arguments wrapped(Arguments options, Arguments argv) {
  Arguments all{"run", "--run", "r", "--node", "n"};
  all.insert(all.end(), options.begin(), options.end());
  all.emplace_back("--");
  all.insert(all.end(), argv.begin(), argv.end());
  return all;
}

std::string fixture(std::string_view name) {
  return SHIPTRACE_TOOLS_FOLDER "/fixtures/" + std::string(name);
}

bool finds(const std::string& program) {
  return run({.argv = {"sh", "-c", "command -v \"$0\"", program}}).status.code == 0;
}

namespace {

bool has_process_with(const std::string& variable) {
  std::error_code gone;
  for (std::filesystem::directory_iterator at("/proc", gone), end; at != end; at.increment(gone)) {
    std::ifstream file(at->path() / "environ", std::ios::binary);
    const std::string environment(std::istreambuf_iterator<char>(file), {});
    if (environment.find(variable + '\0') != std::string::npos) return true;
  }
  return false;
}

}  // namespace

// A killed process may not have exited yet.
bool nothing_is_left(const BackendOfTest& backend) {
  const std::string variable = std::string(mark) + "=" + backend.journal();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (has_process_with(variable)) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace trace::testing
