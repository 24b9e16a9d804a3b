#include "journal/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace trace::detail {

int open_above_standard(const std::string& path, int flags, unsigned mode) noexcept {
  const int fd = open(path.c_str(), flags | O_CLOEXEC, mode);
  if (fd < 0 || fd > STDERR_FILENO) return fd;
  const int above = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  const int error = errno;
  ::close(fd);
  errno = error;
  return above;
}

}  // namespace trace::detail
