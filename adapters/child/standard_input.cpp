#include "child/standard_input.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

#include "child/pseudo_terminal.hpp"

namespace trace::child {
namespace {

using boost::asio::posix::stream_descriptor;
using boost::system::error_code;

constexpr std::size_t piece_bytes = 16 * 1024;

FileDescriptor checked(int number, const char* what) {
  if (number < 0) throw std::system_error(errno, std::generic_category(), what);
  return above_standard(FileDescriptor(number));
}

// A file in memory that holds the text: nobody has to write while the child reads.
FileDescriptor file_of(std::string_view text) {
  FileDescriptor file = checked(::memfd_create("stdin", MFD_CLOEXEC), "a file in memory");
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw std::system_error(errno, std::generic_category(), "a file in memory");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

// A descriptor of our own for the same source. Opened anew where that is possible: how we read must
// not change how others read, who share the open file with us. Without O_NONBLOCK a named pipe that
// nobody writes to any more would hold us here for ever, and with us time-out and cancellation.
FileDescriptor source_of(int descriptor) {
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  const int opened = ::open(path.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (opened >= 0) {
    FileDescriptor file(opened);
    // A file that is opened anew begins anew.
    const off_t at = ::lseek(descriptor, 0, SEEK_CUR);
    if (at > 0) ::lseek(opened, at, SEEK_SET);
    return above_standard(std::move(file));
  }
  return checked(::fcntl(descriptor, F_DUPFD_CLOEXEC, 3), "the input");
}

// Files and devices such as /dev/null always have an answer, and nothing tells when.
bool makes_wait(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 &&
         (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || ::isatty(descriptor) == 1);
}

}  // namespace

FileDescriptor readable_input(const Input& input) {
  if (input.descriptor < 0) return input.text.empty() ? open_null() : file_of(input.text);
  if (::isatty(input.descriptor) == 1) return {};
  return checked(::fcntl(input.descriptor, F_DUPFD_CLOEXEC, 3), "the input");
}

class InputPump::State : public std::enable_shared_from_this<State> {
 public:
  State(boost::asio::io_context& context, FileDescriptor sink, bool terminal, Input input)
      : terminal_(terminal), piece_(std::move(input.text)), sink_(context), source_(context) {
    sink_.assign(sink.release());
    if (input.descriptor < 0) return;
    piece_.clear();
    FileDescriptor source = source_of(input.descriptor);
    has_source_ = true;
    never_blocks_ =
        (::fcntl(source.get(), F_GETFL) & O_NONBLOCK) != 0 && ::isatty(source.get()) != 1;
    if (makes_wait(source.get())) {
      source_.assign(source.release());
    } else {
      file_ = std::move(source);
    }
  }

  void go_on() {
    if (!rest().empty()) return write();
    if (!has_source_) return finish();
    // A pipe whose writers had gone before it was opened does not tell its end to who waits.
    if (file_ || (never_blocks_ && !empty_)) return read();
    empty_ = false;
    source_.async_wait(stream_descriptor::wait_read, [self = shared_from_this()](error_code error) {
      if (!error) self->read();
    });
  }

  void stop() {
    error_code ignored;
    source_.close(ignored);
    sink_.close(ignored);
    stopped_ = true;
  }

 private:
  std::string_view rest() const { return std::string_view(piece_).substr(written_); }

  void read() {
    piece_.resize(piece_bytes);
    written_ = 0;
    const int from = file_ ? file_.get() : source_.native_handle();
    const ssize_t bytes = ::read(from, piece_.data(), piece_.size());
    empty_ = bytes < 0 && errno == EAGAIN;
    const bool again = empty_ || (bytes < 0 && errno == EINTR);
    piece_.resize(bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
    if (bytes <= 0 && !again) has_source_ = false;
    go_on();
  }

  void write() {
    sink_.async_write_some(boost::asio::buffer(rest()),
                           [self = shared_from_this()](error_code error, std::size_t bytes) {
                             // An error: the child does not read any more.
                             if (error || self->stopped_) return self->stop();
                             self->at_line_end_ = self->rest()[bytes - 1] == '\n';
                             self->written_ += bytes;
                             self->go_on();
                           });
  }

  void finish() {
    if (!terminal_ || finished_) {
      // The terminal stays open: its output is read through it.
      if (!terminal_) stop();
      return;
    }
    finished_ = true;
    piece_.assign(at_line_end_ ? 1 : 2, end_of_file);
    written_ = 0;
    go_on();
  }

  const bool terminal_;
  bool has_source_ = false;
  bool never_blocks_ = false;  // reading from the source
  bool empty_ = false;         // it was, when we last looked
  bool finished_ = false;
  bool stopped_ = false;
  bool at_line_end_ = true;
  std::string piece_;
  std::size_t written_ = 0;
  FileDescriptor file_;
  stream_descriptor sink_;
  stream_descriptor source_;
};

InputPump::InputPump(boost::asio::io_context& context, FileDescriptor sink, bool terminal,
                     Input input)
    : state_(std::make_shared<State>(context, std::move(sink), terminal, std::move(input))) {
  state_->go_on();
}

InputPump::~InputPump() { state_->stop(); }

}  // namespace trace::child
