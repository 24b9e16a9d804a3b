#include "journal/directory.hpp"

#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace trace::detail {
namespace {

bool on_network(const std::string& path) noexcept {
  struct statfs info {};
  if (statfs(path.c_str(), &info) != 0) return false;
  switch (static_cast<unsigned long>(info.f_type)) {
    case 0x6969:      // NFS
    case 0x517B:      // SMB
    case 0xFF534D42:  // CIFS
    case 0xFE534D42:  // SMB2
    case 0x5346414F:  // AFS
    case 0x00C36400:  // Ceph
    case 0x01021997:  // 9P
      return true;
    default:
      return false;
  }
}

bool make_directories(const std::string& path) noexcept {
  for (std::size_t at = 1; at <= path.size(); ++at) {
    if (at != path.size() && path[at] != '/') continue;
    if (mkdir(path.substr(0, at).c_str(), 0700) != 0 && errno != EEXIST) return false;
  }
  return true;
}

}  // namespace

Result<std::string> prepare_journal_directory(const std::string& path) {
  const auto fail = [&](std::string_view why) {
    return Error("journal_dir", path + ": " + std::string(why));
  };
  if (path.empty()) return fail("no directory: set SHIPTRACE_JOURNAL_DIR or HOME");
  if (!make_directories(path)) return fail(std::strerror(errno));
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return fail(std::strerror(errno));
  if (!S_ISDIR(info.st_mode)) return fail("is not a directory");
  if (access(path.c_str(), R_OK | W_OK | X_OK) != 0) return fail(std::strerror(errno));
  if (on_network(path)) return fail("lies on a network file system");
  return path;
}

}  // namespace trace::detail
