// SPDX-License-Identifier: Apache-2.0
#include "secrets/probing_child.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>

#include "secrets/channels.hpp"
#include "secrets/quoted.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;

// Until the reader has taken what was written, so that two writes are two reads. A second at most:
// on a stalled machine the reads are larger than intended, which is not a failure.
void wait_until_read(int pipe) {
  for (int tries = 0, left = 1; tries < 10'000; ++tries) {
    if (::ioctl(pipe, FIONREAD, &left) != 0 || left == 0) return;
    std::this_thread::sleep_for(100us);
  }
}

void write_in_pieces(int pipe, std::string_view text) {
  for (std::size_t size = 5; !text.empty(); size = 5 + size * 7 % 11) {
    const std::string_view piece = text.substr(0, size);
    if (::write(pipe, piece.data(), piece.size()) < 0) std::_Exit(1);
    wait_until_read(pipe);
    text.remove_prefix(piece.size());
  }
}

int print_lines() {
  for (std::size_t form = 0; form < std::size(forms); ++form) {
    write_in_pieces(STDOUT_FILENO, probe("stdout", form) + "\n");
    write_in_pieces(STDERR_FILENO, probe("stderr", form) + "\n");
  }
  write_in_pieces(STDOUT_FILENO, fmt::format("variable:{}~\n", std::getenv(secret_variable)));
  return 3;
}

int print_result() {
  std::string json = "{";
  for (std::size_t form = 0; form < std::size(forms); ++form) {
    json += fmt::format(R"({}"{}":{})", form == 0 ? "" : ",", form, quoted(probe("result", form)));
  }
  write_in_pieces(STDOUT_FILENO, json + "}\n");
  return 0;
}

}  // namespace

int be_probing_child(int argc, char** argv) {
  if (argc == 0) return 2;
  return std::string_view(argv[0]) == "lines" ? print_lines() : print_result();
}

}  // namespace trace::testing
