// SPDX-License-Identifier: Apache-2.0
#include "emitter/verify/returned_counts.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <bit>
#include <cassert>
#include <cerrno>
#include <cstring>

#include "emitter/input/input_file.hpp"

namespace trace::cli::verify {

// The file has the byte order of the machine.
static_assert(std::endian::native == std::endian::little);

Result<ReturnedCounts> ReturnedCounts::create(const std::string& path, std::size_t threads) {
  const std::size_t bytes = threads * sizeof(std::uint64_t);
  const auto problem = [&](const char* what, int code) {
    return Error(path, fmt::format("{}: {}", what, std::strerror(code)));
  };
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return problem("cannot be written", errno);
  // Allocates the blocks, so that a full disk is an error now and not a SIGBUS later.
  const int reserved = posix_fallocate(file, 0, static_cast<off_t>(bytes));
  void* memory = MAP_FAILED;
  if (reserved == 0) memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  const int code = reserved != 0 ? reserved : errno;
  ::close(file);
  if (memory == MAP_FAILED) return problem("cannot be mapped", code);
  ReturnedCounts counts;
  counts.counts_ = {static_cast<std::uint64_t*>(memory), Unmap{bytes}};
  return counts;
}

void ReturnedCounts::Unmap::operator()(std::uint64_t* counts) const noexcept {
  munmap(counts, bytes);
}

void ReturnedCounts::raise(std::size_t thread, std::uint64_t count) noexcept {
  if (counts_ == nullptr) return;
  assert(thread < counts_.get_deleter().bytes / sizeof(std::uint64_t));
  std::atomic_ref(counts_[thread]).store(count, std::memory_order_release);
}

Result<std::vector<std::uint64_t>> read_returned_counts(const std::string& path) {
  const auto bytes = input::read_file(path);
  if (!bytes) return bytes.error();
  if (bytes->empty() || bytes->size() % sizeof(std::uint64_t) != 0) {
    return Error(path, fmt::format("has {} bytes: a file of --returned has eight per thread",
                                   bytes->size()));
  }
  std::vector<std::uint64_t> counts(bytes->size() / sizeof(std::uint64_t));
  std::memcpy(counts.data(), bytes->data(), bytes->size());
  return counts;
}

}  // namespace trace::cli::verify
