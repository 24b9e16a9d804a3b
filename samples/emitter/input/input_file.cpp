// SPDX-License-Identifier: Apache-2.0
#include "emitter/input/input_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace trace::cli::input {
namespace {

struct Closer {
  void operator()(std::FILE* file) const noexcept {
    if (file != stdin) std::fclose(file);
  }
};

Error problem(const std::string& path) {
  return Error(path == "-" ? "stdin" : path,
               fmt::format("cannot be read: {}", std::strerror(errno)));
}

}  // namespace

Result<bool> read_pieces(const std::string& path,
                         const std::function<void(std::string_view)>& on_piece) {
  const std::unique_ptr<std::FILE, Closer> file(path == "-" ? stdin
                                                            : std::fopen(path.c_str(), "rbe"));
  if (!file) return problem(path);
  std::string buffer(64 * 1024, '\0');
  for (;;) {
    const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), file.get());
    if (size > 0) on_piece({buffer.data(), size});
    if (size == buffer.size()) continue;
    if (std::ferror(file.get()) != 0) return problem(path);
    if (std::feof(file.get()) != 0) return true;
  }
}

Result<std::string> read_file(const std::string& path) {
  std::string bytes;
  const auto read = read_pieces(path, [&](std::string_view piece) { bytes += piece; });
  if (!read) return read.error();
  return bytes;
}

}  // namespace trace::cli::input
