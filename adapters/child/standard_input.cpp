// SPDX-License-Identifier: Apache-2.0
#include "child/standard_input.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <string>
#include <string_view>

namespace trace::child {
namespace {

constexpr std::size_t piece_bytes = 16 * 1024;
// Ctrl-D: means end of file at the beginning of a line, and when sent twice elsewhere.
constexpr char end_of_file = 0x04;

// A memfd that holds the text, so that nothing has to be written while the child reads.
FileDescriptor file_of(std::string_view text) {
  FileDescriptor file =
      opened(::memfd_create("stdin", MFD_CLOEXEC), "cannot create a memfd for the input");
  if (!write_all(file, text)) throw_errno("cannot write the input's memfd");
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

FileDescriptor duplicate(int descriptor) {
  return opened(::fcntl(descriptor, F_DUPFD_CLOEXEC, 3), "cannot duplicate the input");
}

// Opens the source again if possible, because O_NONBLOCK would affect everybody who shares the open
// file. Without O_NONBLOCK a FIFO without writers would block us, including timeouts and
// cancellation.
FileDescriptor source_of(int descriptor) {
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (!file) return duplicate(descriptor);
  // A reopened file starts at offset 0.
  if (const off_t at = ::lseek(descriptor, 0, SEEK_CUR); at > 0) ::lseek(file.get(), at, SEEK_SET);
  return above_standard(std::move(file));
}

}  // namespace

FileDescriptor readable_input(const Input& input) {
  if (input.descriptor < 0) return file_of(input.text);
  return ::isatty(input.descriptor) == 1 ? FileDescriptor() : duplicate(input.descriptor);
}

InputPump::InputPump(Loop& loop, FileDescriptor sink, bool terminal, Input input)
    : terminal_(terminal),
      piece_(std::move(input.text)),
      source_(
          loop, Watched::For::reading,
          [this] {
            empty_ = false;
            read();
            advance();
          },
          [this] { return rest().empty(); }),
      sink_(
          loop, Watched::For::writing, [this] { write(); }, [this] { return !rest().empty(); }) {
  ::fcntl(sink.get(), F_SETFL, ::fcntl(sink.get(), F_GETFL) | O_NONBLOCK);
  sink_.open(std::move(sink));
  if (input.descriptor >= 0) open_source(input.descriptor);
  advance();
}

void InputPump::open_source(int descriptor) {
  piece_.clear();
  source_.open(source_of(descriptor));
  never_blocks_ =
      (::fcntl(source_.get(), F_GETFL) & O_NONBLOCK) != 0 && ::isatty(source_.get()) != 1;
}

// Reads without blocking, until there is something to write.
void InputPump::advance() {
  // poll() does not report the end of a FIFO whose writers closed it before we opened it.
  while (rest().empty() && source_.is_open() && never_blocks_ && !empty_) read();
  if (rest().empty() && !source_.is_open()) finish();
}

void InputPump::read() {
  piece_.resize(piece_bytes);
  written_ = 0;
  const ssize_t bytes = ::read(source_.get(), piece_.data(), piece_.size());
  empty_ = bytes < 0 && errno == EAGAIN;
  if (bytes == 0 || (bytes < 0 && !empty_ && errno != EINTR)) source_.close();
  piece_.resize(bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
}

void InputPump::write() {
  const std::string_view left = rest();
  const ssize_t bytes = ::write(sink_.get(), left.data(), left.size());
  if (bytes < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (bytes <= 0) return stop();  // the child has closed its input
  at_line_end_ = left[static_cast<std::size_t>(bytes) - 1] == '\n';
  written_ += static_cast<std::size_t>(bytes);
  advance();
}

void InputPump::finish() {
  if (!terminal_) return stop();
  if (finished_) return;  // the terminal stays open: its output is read through it
  finished_ = true;
  piece_.assign(at_line_end_ ? 1 : 2, end_of_file);
  written_ = 0;
}

void InputPump::stop() noexcept {
  source_.close();
  sink_.close();
}

}  // namespace trace::child
