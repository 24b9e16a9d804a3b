#include "child/supervised_child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/start_dir.hpp>
#include <boost/process/v2/stdio.hpp>
#include <memory>
#include <utility>

namespace trace::child {
namespace {

namespace asio = boost::asio;
namespace bp = boost::process::v2;
using namespace std::chrono_literals;
using boost::system::error_code;

// Three times the throughput of the default 64 KiB.
constexpr int pipe_bytes = 1024 * 1024;
constexpr std::size_t read_bytes = 256 * 1024;
// A grandchild may hold the pipes after the child's end: silence for this long ends the reading,
// and more data than the pipes could hold at the child's end is not the child's.
constexpr auto silence_after_end = 250ms;
constexpr std::size_t most_after_end = 4 * pipe_bytes;

// What the child does to itself between fork and exec.
struct OwnGroup {
  pid_t parent;

  template <class Launcher>
  error_code on_exec_setup(Launcher&, const bp::filesystem::path&, const char* const*) const {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);  // the worker died before the line above
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    return {};
  }
};

struct Pipe {
  int read_end = -1;
  int write_end = -1;

  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
      throw boost::system::system_error(errno, boost::system::system_category(), "pipe");
    read_end = ends[0];
    write_end = ends[1];
    fcntl(read_end, F_SETPIPE_SZ, pipe_bytes);  // a refusal costs speed only
  }
  ~Pipe() {
    if (read_end >= 0) ::close(read_end);
    close_write_end();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  void close_write_end() {
    if (write_end >= 0) ::close(std::exchange(write_end, -1));
  }
  int release_read_end() { return std::exchange(read_end, -1); }
};

class Supervisor {
 public:
  Supervisor(const ChildSpec& spec, std::stop_token stop)
      : spec_(spec),
        stop_(std::move(stop)),
        out_(io_),
        err_(io_),
        timeout_(io_),
        grace_(io_),
        silence_(io_),
        buffer_out_(read_bytes),
        buffer_err_(read_bytes) {}

  ChildEnd run() {
    const auto start = std::chrono::steady_clock::now();
    if (!spawn()) return end_;
    if (spec_.on_started) spec_.on_started(process_->id());
    read(out_, buffer_out_, Stream::out);
    read(err_, buffer_err_, Stream::err);
    process_->async_wait([this](error_code, int) { exited(); });
    if (spec_.timeout > 0ms) {
      timeout_.expires_after(spec_.timeout);
      timeout_.async_wait([this](error_code error) {
        if (error || has_exited_) return;
        end_.timed_out = true;
        end_softly();
      });
    }
    {
      const std::stop_callback on_stop(stop_, [this] {
        asio::post(io_, [this] {
          if (has_exited_ || end_.timed_out || end_.stopped) return;
          end_.stopped = true;
          end_softly();
        });
      });
      io_.run();
    }
    // What the child left of its group goes with it.
    ::kill(-process_group_, SIGKILL);
    end_.duration = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start);
    return end_;
  }

 private:
  bool spawn() {
    int error = 0;
    const auto program = find_program(spec_.argv.front(), error);
    if (!program) {
      end_.start_error = error;
      return false;
    }
    Pipe out;
    Pipe err;
    const std::vector<std::string> arguments(spec_.argv.begin() + 1, spec_.argv.end());
    const bp::process_stdio stdio{nullptr, out.write_end, err.write_end};
    const std::string directory =
        spec_.working_directory.empty() ? std::string(".") : spec_.working_directory;
    try {
      process_.emplace(io_, bp::filesystem::path(*program), arguments, stdio,
                       bp::process_start_dir(directory), OwnGroup{getpid()});
    } catch (const boost::system::system_error& failure) {
      end_.start_error = failure.code().value();
      return false;
    }
    process_group_ = process_->id();
    out_.assign(out.release_read_end());
    err_.assign(err.release_read_end());
    return true;
  }

  void read(asio::posix::stream_descriptor& pipe, std::vector<char>& buffer, Stream stream) {
    pipe.async_read_some(asio::buffer(buffer), [&, stream](error_code error, std::size_t bytes) {
      if (bytes > 0 && spec_.on_output) spec_.on_output(stream, {buffer.data(), bytes});
      if (error) {
        pipe.close();
        finish_if_done();
        return;
      }
      if (has_exited_) {
        after_end_ += bytes;
        if (after_end_ > most_after_end) {
          stop_reading();
          return;
        }
        await_silence();
      }
      read(pipe, buffer, stream);
    });
  }

  void exited() {
    has_exited_ = true;
    const int status = process_->native_exit_code();
    if (WIFSIGNALED(status)) {
      end_.signal = WTERMSIG(status);
    } else {
      end_.exit_code = WEXITSTATUS(status);
    }
    timeout_.cancel();
    grace_.cancel();
    await_silence();
    finish_if_done();
  }

  void await_silence() {
    silence_.expires_after(silence_after_end);
    silence_.async_wait([this](error_code error) {
      if (!error) stop_reading();
    });
  }

  void stop_reading() {
    error_code ignored;
    out_.close(ignored);
    err_.close(ignored);
    finish_if_done();
  }

  void finish_if_done() {
    if (has_exited_ && !out_.is_open() && !err_.is_open()) silence_.cancel();
  }

  void end_softly() {
    if (spec_.on_ending) spec_.on_ending();
    ::kill(-process_group_, SIGTERM);
    grace_.expires_after(spec_.grace);
    grace_.async_wait([this](error_code error) {
      if (!error && !has_exited_) ::kill(-process_group_, SIGKILL);
    });
  }

  const ChildSpec& spec_;
  std::stop_token stop_;
  asio::io_context io_;
  asio::posix::stream_descriptor out_;
  asio::posix::stream_descriptor err_;
  asio::steady_timer timeout_;
  asio::steady_timer grace_;
  asio::steady_timer silence_;
  std::vector<char> buffer_out_;
  std::vector<char> buffer_err_;
  std::optional<bp::process> process_;
  pid_t process_group_ = 0;
  bool has_exited_ = false;
  std::size_t after_end_ = 0;
  ChildEnd end_;
};

}  // namespace

std::optional<std::string> find_program(const std::string& name, int& error) {
  error = ENOENT;
  const auto usable = [&](const std::string& path) {
    if (access(path.c_str(), X_OK) == 0) return true;
    if (access(path.c_str(), F_OK) == 0) error = EACCES;
    return false;
  };
  if (name.find('/') != std::string::npos) {
    return usable(name) ? std::optional(name) : std::nullopt;
  }
  const bp::environment::value path = bp::environment::get("PATH");
  for (const bp::environment::value_view each : path) {
    std::string candidate = std::string(each.string()) + "/" + name;
    if (usable(candidate)) return candidate;
  }
  return std::nullopt;
}

ChildEnd run_child(const ChildSpec& spec, std::stop_token stop) {
  return Supervisor(spec, std::move(stop)).run();
}

}  // namespace trace::child
