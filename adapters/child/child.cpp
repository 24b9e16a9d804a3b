#include "child/child.hpp"

#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>

#include "child/spawn.hpp"
#include "child/standard_input.hpp"

namespace trace::child {
namespace {

using namespace std::chrono_literals;
using boost::asio::posix::stream_descriptor;
using boost::system::error_code;

constexpr std::size_t read_bytes = 128 * 1024;
// How long the output may stay open after the process has exited, and again after its group was
// killed.
constexpr auto linger = 500ms;
constexpr auto linger_killed = 200ms;

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

// Lives as long as its Child; a handler that is called later finds it gone.
class Child::State : public std::enable_shared_from_this<State> {
 private:
  // Before its use: its type is deduced.
  template <class Function>
  auto unless_gone(Function function) {
    return [weak = weak_from_this(), function = std::move(function)](auto... arguments) {
      if (const auto self = weak.lock()) function(*self, arguments...);
    };
  }

 public:
  State(Loop& loop, Output output)
      : output_(std::move(output)),
        context_(loop.context()),
        exit_(context_),
        timer_(context_),
        channels_{Channel(context_, Stream::out), Channel(context_, Stream::err)} {}

  ~State() {
    if (pid_ < 0 || ended_) return;
    signal(SIGKILL);
    reap();
  }

  void watch(Spawned spawned, const Command& command) {
    pid_ = spawned.pid;
    exit_.assign(spawned.ended.release());
    if (command.terminal) channels_[0].stream = Stream::pty;
    open(channels_[0], std::move(spawned.out));
    open(channels_[1], std::move(spawned.err));
    if (spawned.in) {
      input_.emplace(context_, std::move(spawned.in), command.terminal.has_value(), command.input);
    }
    exit_.async_wait(stream_descriptor::wait_read, unless_gone([](State& self, error_code error) {
                       if (!error) self.exited();
                     }));
  }

  void signal(int number) noexcept {
    if (pid_ < 0 || ended_) return;
    // The process exists until reap(), if only as a zombie, so its ids are nobody else's.
    const bool group = ::kill(-pid_, number) == 0;
    if (!group || ::getpgid(pid_) != pid_) ::kill(pid_, number);
  }

  boost::asio::io_context& context() noexcept { return context_; }
  bool ended() const noexcept { return ended_; }
  pid_t pid() const noexcept { return pid_; }
  const ExitStatus& status() const noexcept { return status_; }

 private:
  struct Channel {
    Channel(boost::asio::io_context& context, Stream of) : pipe(context), stream(of) {}
    stream_descriptor pipe;
    Stream stream;
    bool open = false;
    std::vector<char> buffer = std::vector<char>(read_bytes);
  };

  void open(Channel& channel, FileDescriptor end) {
    if (!end) return;
    channel.open = true;
    channel.pipe.assign(end.release());
    channel.pipe.non_blocking(true);
    read(channel);
  }

  // A terminal that everybody has left answers with an error, as a pipe does with its end.
  void read(Channel& channel) {
    channel.pipe.async_read_some(
        boost::asio::buffer(channel.buffer),
        unless_gone([&channel](State& self, error_code error, std::size_t bytes) {
          if (error == boost::asio::error::operation_aborted) return;
          self.output_(channel.stream, {channel.buffer.data(), bytes});
          if (!error) {
            if (!self.closing_) self.read(channel);
            return;
          }
          channel.open = false;
          if (self.exited_) self.end_if_all_read();
        }));
  }

  void exited() {
    exited_ = true;
    if (end_if_all_read()) return;
    after(linger, [](State& self) {
      ::kill(-self.pid_, SIGKILL);
      self.after(linger_killed, [](State& again) { again.stop_reading(); });
    });
  }

  template <class Function>
  void after(std::chrono::milliseconds time, Function then) {
    timer_.expires_after(time);
    timer_.async_wait(unless_gone([then](State& self, error_code error) {
      if (!error && !self.ended_) then(self);
    }));
  }

  bool end_if_all_read() {
    if (channels_[0].open || channels_[1].open) return false;
    end();
    return true;
  }

  // Somebody outside of the group still writes: what came so far is what there is. Reads that are
  // done but not yet passed on come first.
  void stop_reading() {
    closing_ = true;
    for (Channel& channel : channels_) channel.pipe.cancel();
    boost::asio::post(context_, unless_gone([](State& self) {
                        if (self.ended_) return;
                        for (Channel& channel : self.channels_) self.read_what_is_there(channel);
                        self.end();
                      }));
  }

  void read_what_is_there(Channel& channel) {
    int rest = 0;
    if (!channel.open || ::ioctl(channel.pipe.native_handle(), FIONREAD, &rest) != 0) return;
    while (rest > 0) {
      error_code error;
      const std::size_t bytes = channel.pipe.read_some(boost::asio::buffer(channel.buffer), error);
      if (error) return;
      output_(channel.stream, {channel.buffer.data(), bytes});
      rest -= static_cast<int>(bytes);
    }
  }

  void end() {
    ::kill(-pid_, SIGKILL);  // who stayed in the background without our pipes
    ended_ = true;
    input_.reset();
    reap();
    timer_.cancel();
    error_code ignored;
    exit_.close(ignored);
    for (Channel& channel : channels_) channel.pipe.close(ignored);
  }

  void reap() noexcept {
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

  Output output_;
  boost::asio::io_context& context_;
  pid_t pid_ = -1;
  bool exited_ = false;
  bool closing_ = false;
  bool ended_ = false;
  ExitStatus status_;
  stream_descriptor exit_;
  boost::asio::steady_timer timer_;
  std::array<Channel, 2> channels_;
  std::optional<InputPump> input_;
};

Child::Child(Loop& loop, Output output)
    : state_(std::make_shared<State>(loop, std::move(output))) {}
Child::~Child() = default;

std::optional<StartFailure> Child::start(const Command& command) {
  auto spawned = spawn(state_->context(), command);
  if (auto* failure = std::get_if<StartFailure>(&spawned)) return std::move(*failure);
  state_->watch(std::move(std::get<Spawned>(spawned)), command);
  return std::nullopt;
}

void Child::terminate() noexcept {
  state_->signal(SIGTERM);
  state_->signal(SIGCONT);  // a stopped process gets no SIGTERM
}
void Child::kill() noexcept { state_->signal(SIGKILL); }

bool Child::ended() const noexcept { return state_->ended(); }
pid_t Child::pid() const noexcept { return state_->pid(); }
const ExitStatus& Child::status() const noexcept { return state_->status(); }

}  // namespace trace::child
