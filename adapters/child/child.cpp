// SPDX-License-Identifier: Apache-2.0
#include "child/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace trace::child {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t read_bytes = 128 * 1024;
// How long to wait for the output to be closed after the process has exited, and after its group
// was killed.
constexpr auto linger_for_group = 500ms;
constexpr auto linger_for_rest = 200ms;

std::chrono::milliseconds time_of(const timeval& time) {
  return std::chrono::milliseconds(time.tv_sec * 1000 + time.tv_usec / 1000);
}

Usage usage_of(const rusage& used) {
  constexpr std::uint64_t kib = 1024;
  return {.user = time_of(used.ru_utime),
          .system = time_of(used.ru_stime),
          .max_rss_bytes = static_cast<std::uint64_t>(used.ru_maxrss) * kib};
}

}  // namespace

Child::Channel::Channel(Child& child, Stream of)
    : stream(of),
      pipe(
          child.loop_, Watched::For::reading, [this, &child] { child.read(*this); },
          [this, &child] { return !at_end && child.may_read(stream); }) {}

Child::Child(Loop& loop, Output output, MayRead may_read)
    : Timed(loop),
      loop_(loop),
      output_(std::move(output)),
      may_read_(std::move(may_read)),
      buffer_(read_bytes),
      exit_(loop, Watched::For::reading, [this] { exited(); }),
      channels_{Channel(*this, Stream::out), Channel(*this, Stream::err)} {}

Child::~Child() {
  if (pid_ < 0 || ended_) return;
  kill();
  reap();
}

std::optional<StartFailure> Child::start(const Command& command) {
  auto result = spawn(command);
  if (auto* failure = std::get_if<StartFailure>(&result)) return std::move(*failure);
  auto& spawned = std::get<Spawned>(result);
  pid_ = spawned.pid;
  exit_.open(std::move(spawned.ended));
  if (command.terminal) channels_[0].stream = Stream::pty;
  open(channels_[0], std::move(spawned.out));
  open(channels_[1], std::move(spawned.err));
  if (spawned.in) {
    input_.emplace(loop_, std::move(spawned.in), command.terminal.has_value(), command.input);
  }
  return std::nullopt;
}

void Child::open(Channel& channel, FileDescriptor end) noexcept {
  if (!end) return;
  ::fcntl(end.get(), F_SETFL, ::fcntl(end.get(), F_GETFL) | O_NONBLOCK);
  channel.pipe.open(std::move(end));
}

void Child::signal(int number) noexcept {
  if (pid_ < 0 || ended_) return;
  // Until reap() the process is at least a zombie, so its ids are not reused.
  const bool group = ::kill(-pid_, number) == 0;
  if (!group || ::getpgid(pid_) != pid_) ::kill(pid_, number);
}

void Child::terminate() noexcept {
  signal(SIGTERM);
  signal(SIGCONT);  // a stopped process does not handle SIGTERM
}

void Child::kill() noexcept {
  is_killed_ = true;
  signal(SIGKILL);
}

void Child::close_output(Stream stream) noexcept {
  for (Channel& channel : channels_) {
    if (channel.stream != stream || !channel.open()) continue;
    channel.pipe.close();
    if (stream == Stream::pty) input_.reset();  // it also holds the terminal
    if (exited_) end_if_all_read();
  }
}

// Reads once; returns the number of bytes.
std::size_t Child::read(Channel& channel) {
  const ssize_t bytes = ::read(channel.pipe.get(), buffer_.data(), buffer_.size());
  if (bytes > 0) {
    output_(channel.stream, {buffer_.data(), static_cast<std::size_t>(bytes)});
    return static_cast<std::size_t>(bytes);
  }
  if (bytes < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  // All is read. A terminal with no open slave returns an error, where a pipe returns end of file.
  channel.at_end = true;
  if (channel.stream != Stream::pty) channel.pipe.close();
  if (exited_) end_if_all_read();
  return 0;
}

void Child::read_what_is_there(Channel& channel) {
  int rest = 0;
  if (!channel.open() || ::ioctl(channel.pipe.get(), FIONREAD, &rest) != 0) return;
  while (rest > 0 && channel.open()) {
    const std::size_t bytes = read(channel);
    if (bytes == 0) return;
    rest -= static_cast<int>(bytes);
  }
}

void Child::exited() {
  exited_ = true;
  exit_.close();
  if (!end_if_all_read()) linger_until_ = Steady::now() + linger_for_group;
}

void Child::tick(Steady::time_point now) {
  if (is_held_up()) {
    linger_until_ = now + linger_for_group;
    return;
  }
  if (!is_group_killed_) {
    ::kill(-pid_, SIGKILL);
    is_group_killed_ = true;
    linger_until_ = now + linger_for_rest;
    return;
  }
  // A process outside of the group holds the pipe: read what is there and stop.
  for (Channel& channel : channels_) read_what_is_there(channel);
  if (!ended_) end();
}

// Reading is paused for a slow consumer, so we cannot tell whether the child still writes.
// Irrelevant once the child was killed.
bool Child::is_held_up() const {
  return !is_killed_ &&
         std::any_of(channels_.begin(), channels_.end(), [this](const Channel& channel) {
           return channel.open() && !may_read(channel.stream);
         });
}

bool Child::end_if_all_read() noexcept {
  if (ended_ || channels_[0].open() || channels_[1].open()) return false;
  end();
  return true;
}

void Child::end() noexcept {
  ::kill(-pid_, SIGKILL);  // processes of the group without our pipes
  ended_ = true;
  linger_until_ = Steady::time_point::max();
  input_.reset();
  reap();
  exit_.close();
  for (Channel& channel : channels_) channel.pipe.close();
}

void Child::reap() noexcept {
  int how = 0;
  rusage used{};
  pid_t reaped = -1;
  do {
    reaped = ::wait4(pid_, &how, 0, &used);
  } while (reaped < 0 && errno == EINTR);
  if (reaped != pid_) return;
  status_.usage = usage_of(used);
  if (WIFEXITED(how)) status_.code = WEXITSTATUS(how);
  if (WIFSIGNALED(how)) status_.signal = WTERMSIG(how);
}

}  // namespace trace::child
