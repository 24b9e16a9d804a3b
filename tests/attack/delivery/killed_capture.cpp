// SPDX-License-Identifier: Apache-2.0
// Measures how much of its child's output a killed capture loses. The child counts
// the lines that it has written in memory that it shares with us.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <trace/event.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <thread>

#include "attack/delivery/killed_capture.hpp"
#include "attack/delivery/rows.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

// A count in a file, mapped.
class SharedCount {
 public:
  explicit SharedCount(const std::string& path) {
    std::ofstream(path, std::ios::app).close();
    if (truncate(path.c_str(), sizeof(std::atomic<std::uint64_t>)) != 0) return;
    const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
    void* at = mmap(nullptr, sizeof(*count_), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    if (at != MAP_FAILED) count_ = static_cast<std::atomic<std::uint64_t>*>(at);
  }
  ~SharedCount() {
    if (count_ != nullptr) munmap(count_, sizeof(*count_));
  }
  SharedCount(const SharedCount&) = delete;
  SharedCount& operator=(const SharedCount&) = delete;

  bool usable() const noexcept { return count_ != nullptr; }
  std::uint64_t get() const noexcept { return count_->load(); }
  void set(std::uint64_t value) noexcept { count_->store(value); }

 private:
  std::atomic<std::uint64_t>* count_ = nullptr;
};

// Lines "line <n>" that were delivered, and whether they are 0, 1, 2 … without a gap.
struct Delivered {
  std::uint64_t lines = 0;
  bool in_order = true;
};

Delivered delivered_to(const std::string& path) {
  Delivered found;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto envelope = parse_envelope(line);
    if (!envelope) throw std::runtime_error(envelope.error().text());
    for (const EventPayload& event : envelope->events) {
      if (event.type != Type::progress || !event.message) continue;
      std::string_view rest = *event.message;
      while (rest.starts_with("line ")) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const auto number = std::stoull(std::string(rest.substr(5, end - 5)));
        found.in_order = found.in_order && number == found.lines;
        ++found.lines;
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
  }
  return found;
}

struct Loss {
  std::uint64_t printed = 0;
  std::uint64_t lost = 0;
};

// Kills the capture after that many lines, then recovers its journal.
Loss killed_at(Trial& trial, std::uint64_t per_second, std::uint64_t lines) {
  const Workplace place;
  const std::string counter = place.file("count");
  SharedCount count(counter);
  if (!count.usable()) throw std::runtime_error("no shared memory");
  const std::string events = place.file("events.ndjson");
  const Arguments file{"--transport", "file"};
  Arguments capture{"run", "--run", "r", "--node", "n", "--quiet"};
  capture.insert(capture.end(), file.begin(), file.end());
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  Command command =
      place.command(capture, events, {self, "--print", std::to_string(per_second), counter});
  {
    Child child(std::move(command));
    const auto give_up = Steady::now() + 20s;
    while (count.get() < lines && Steady::now() < give_up) std::this_thread::sleep_for(1ms);
    child.signal(SIGKILL);
    child.wait();
  }
  // The kernel kills the child with its parent: from then on the count does not change.
  std::uint64_t printed = count.get();
  for (auto quiet = Steady::now(); Steady::now() - quiet < 100ms;) {
    if (count.get() != printed) quiet = Steady::now();
    printed = count.get();
    std::this_thread::sleep_for(5ms);
  }
  Arguments recover{"recover", "--quiet"};
  recover.insert(recover.end(), file.begin(), file.end());
  trial.expect_equal(place.shiptrace(recover, events).status.code, 0, "exit status of recover");
  const Delivered delivered = delivered_to(events);
  trial.expect(delivered.in_order, "lines are missing before the last that arrived");
  trial.expect(delivered.lines > 0 && delivered.lines <= printed, "more lines than were printed");
  return {printed, printed - delivered.lines};
}

void killed(Trial& trial) {
  struct Rate {
    const char* name;
    std::uint64_t per_second;
    std::uint64_t lines;
    std::uint64_t most;  // far above what is seen
  };
  for (const Rate& rate : {Rate{"200/s", 200, 150, 60}, Rate{"4,000/s", 4000, 3000, 1200}}) {
    std::uint64_t most = 0;
    for (int round = 0; round < 3; ++round) {
      const Loss loss = killed_at(trial, rate.per_second, rate.lines + 37 * round);
      most = std::max(most, loss.lost);
    }
    trial.expect(most <= rate.most, fmt::format("{} lines lost at {}", most, rate.name));
    trial.note(fmt::format("{}: {} lines", rate.name, most));
  }
  std::uint64_t most = 0;
  for (int round = 0; round < 3; ++round) most = std::max(most, killed_at(trial, 0, 200'000).lost);
  constexpr std::uint64_t bytes_per_line = 12;
  trial.note(fmt::format("full speed: {} lines ({} KiB)", most, most * bytes_per_line / 1024));
}

}  // namespace

int print_lines(const char* per_second, const char* counter) {
  SharedCount count(counter);
  const auto rate = std::stoull(per_second);
  const auto begin = Steady::now();
  std::string line;
  for (std::uint64_t i = 0;; ++i) {
    if (rate > 0) std::this_thread::sleep_until(begin + i * 1'000'000'000ns / rate);
    line = fmt::format("line {}\n", i);
    if (write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
      return 1;
    }
    count.set(i + 1);
  }
}

std::vector<Fault> killed_capture_rows() {
  return {{"a capture that is killed: lines lost at most", killed}};
}

}  // namespace trace::testing
