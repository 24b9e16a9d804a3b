// SPDX-License-Identifier: Apache-2.0
#include "emitter/stop_signals.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>

namespace trace::cli {
namespace {

constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};
// The eventfd's counter has three fields: signals, those that were Ctrl-C, and the end.
constexpr std::uint64_t signalled = 1;
constexpr std::uint64_t interrupted = std::uint64_t{1} << 16;
constexpr std::uint64_t finished = std::uint64_t{1} << 32;

// Never closed, because a handler may run at any time.
std::atomic<int> events{-1};
static_assert(std::atomic<int>::is_always_lock_free);

void announce(std::uint64_t what) noexcept {
  [[maybe_unused]] const ssize_t written = write(events.load(), &what, sizeof what);
}

extern "C" void on_signal(int number) {
  const int saved = errno;
  announce(number == SIGINT ? signalled + interrupted : signalled);
  errno = saved;
}

extern "C" void on_broken_pipe(int) {}

// Not a standard stream's descriptor, when our parent has closed one: output of the child would
// count as signals.
int make_eventfd() {
  const int made = eventfd(0, EFD_CLOEXEC);
  const int above =
      made < 0 || made > STDERR_FILENO ? made : fcntl(made, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (above < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  if (above != made) close(made);
  return above;
}

void handle(int number, void (*handler)(int)) {
  struct sigaction now {};
  if (sigaction(number, nullptr, &now) != 0 || now.sa_handler == SIG_IGN) return;
  struct sigaction wanted {};
  wanted.sa_handler = handler;
  wanted.sa_flags = SA_RESTART;
  sigemptyset(&wanted.sa_mask);
  sigaction(number, &wanted, nullptr);
}

}  // namespace

StopSignals::StopSignals() {
  const int descriptor = make_eventfd();
  events.store(descriptor);
  for (const int number : signals) handle(number, &on_signal);
  thread_ = detail::BackgroundThread("stop-signals", [this, descriptor] {
    std::uint64_t seen = 0;
    for (;;) {
      std::uint64_t happened = 0;
      if (read(descriptor, &happened, sizeof happened) != sizeof happened) {
        if (errno == EINTR) continue;
        return;
      }
      const std::uint64_t before = seen;
      seen += happened & (interrupted - 1);
      const std::uint64_t interrupts = (happened & (finished - 1)) / interrupted;
      // Without an order between both, Ctrl-C counts.
      if (seen > 0 && before == 0) {
        (interrupts > 0 ? stop_ : shutdown_).request_stop();
        any_.request_stop();
      }
      if (interrupts > 1 || (interrupts == 1 && before > 0)) at_once_.request_stop();
      if (happened >= finished) return;
    }
  });
}

StopSignals::~StopSignals() {
  announce(finished);
  thread_.join();
}

void survive_broken_pipes() { handle(SIGPIPE, &on_broken_pipe); }

}  // namespace trace::cli
