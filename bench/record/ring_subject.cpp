// SPDX-License-Identifier: Apache-2.0
// The bound: what it costs to copy 200 bytes, or a long text, and a time stamp into memory that was
// touched before, and to publish them by one store. Nobody reads them; a ring of 16 MiB starts
// over.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <stdexcept>

#include "record/subject.hpp"

namespace trace::bench {
namespace {

constexpr std::size_t ring_bytes = std::size_t{16} << 20;
constexpr std::size_t event_bytes = 200;

// Memory that was touched before.
class Ring {
 public:
  // An empty directory means the heap.
  Ring(const std::string& directory, unsigned number) : source_(detail::best_stamp_source()) {
    int fd = -1;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    if (!directory.empty()) {
      const std::string path = directory + "/ring-" + std::to_string(number);
      fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
      if (fd < 0 || posix_fallocate(fd, 0, ring_bytes) != 0) throw std::runtime_error(path);
      flags = MAP_SHARED;
    }
    void* pages = mmap(nullptr, ring_bytes, PROT_READ | PROT_WRITE, flags, fd, 0);
    if (fd >= 0) close(fd);
    if (pages == MAP_FAILED) throw std::bad_alloc();
    begin_ = at_ = static_cast<std::byte*>(pages);
    std::memset(begin_, 1, ring_bytes);
  }
  ~Ring() { munmap(begin_, ring_bytes); }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  // Copies `event`, over whose beginning the stamp and the number are written.
  void record(const void* event, std::size_t bytes, std::uint64_t number) {
    if (at_ + bytes > begin_ + ring_bytes) at_ = begin_;
    const std::uint64_t stamp = detail::stamp_now(source_);
    std::memcpy(at_, event, bytes);
    std::memcpy(at_, &stamp, sizeof stamp);
    std::memcpy(at_ + sizeof stamp, &number, sizeof number);
    at_ += bytes;
    committed_.store(at_, std::memory_order_release);
  }

 private:
  detail::StampSource source_;
  std::byte* begin_;
  std::byte* at_;
  std::atomic<std::byte*> committed_{nullptr};
};

class RingProducer final : public ProducerOf<RingProducer> {
 public:
  RingProducer(const std::string& directory, unsigned number) : ring_(directory, number) {
    std::memcpy(event_.data(), text.data(), text.size());
  }

  void record(std::uint64_t number) { ring_.record(event_.data(), event_bytes, number); }

 private:
  Ring ring_;
  std::array<std::byte, event_bytes> event_{};
};

class LongTextRingProducer final : public ProducerOf<LongTextRingProducer> {
 public:
  LongTextRingProducer(const std::string& directory, unsigned number, std::size_t text_bytes)
      : ring_(directory, number), text_(long_text(text_bytes)) {}

  void record(std::uint64_t number) { ring_.record(text_.data(), text_.size(), number); }

 private:
  Ring ring_;
  const std::string text_;
};

class RingSubject final : public Subject {
 public:
  explicit RingSubject(std::string directory, std::size_t text_bytes = 0)
      : directory_(std::move(directory)), text_bytes_(text_bytes) {}
  std::unique_ptr<Producer> producer() override {
    const unsigned number = producers_.fetch_add(1);
    if (text_bytes_ == 0) return std::make_unique<RingProducer>(directory_, number);
    return std::make_unique<LongTextRingProducer>(directory_, number, text_bytes_);
  }

 private:
  const std::string directory_;
  const std::size_t text_bytes_;
  std::atomic<unsigned> producers_{0};
};

std::unique_ptr<Subject> in_file(const std::string& directory) {
  return std::make_unique<RingSubject>(directory);
}
std::unique_ptr<Subject> on_heap(const std::string&) { return std::make_unique<RingSubject>(""); }

bool add_long_texts() {
  for (const LongText& each : long_texts) {
    add_subject({"ring", "ext4",
                 [&each](const std::string& directory) {
                   return std::make_unique<RingSubject>(directory, each.bytes);
                 },
                 each.bytes});
  }
  return true;
}

const bool heap = add_subject({"ring", "heap", on_heap});
const bool ext4 = add_subject({"ring", "ext4", in_file});
const bool tmpfs = add_subject({"ring", "tmpfs", in_file});
const bool with_long_texts = add_long_texts();

}  // namespace
}  // namespace trace::bench
