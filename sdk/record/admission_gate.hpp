// SPDX-License-Identifier: Apache-2.0
// AdmissionGate: the word that record() reads to decide on admission; it combines level, fill level
// of the journal, end of the session and fork. It is in a page of its own, which is zero in a child
// of fork().
//
// Thread-safe.
#pragma once

#include <sys/mman.h>

#include <cstdint>
#include <new>

#include <trace/detail/lane_cursor.hpp>

namespace trace::detail::record {

class AdmissionGate {
 public:
  // Closed for every level. Throws std::bad_alloc.
  AdmissionGate() {
    void* memory = mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    madvise(memory, page, MADV_WIPEONFORK);
    admission_ = new (memory) Admission{};
    admission_->own_process = 1;
    admission_->progress = in_service;
  }
  ~AdmissionGate() { munmap(admission_, page); }
  AdmissionGate(const AdmissionGate&) = delete;
  AdmissionGate& operator=(const AdmissionGate&) = delete;

  const Admission& admission() const noexcept { return *admission_; }
  // False in a child of fork(); nothing may be changed there.
  bool in_own_process() const noexcept {
    return admission_->own_process.load(std::memory_order_relaxed) != 0;
  }

  // Bit n: whether events of the type progress and of Level n pass.
  void admit(std::uint32_t levels) noexcept {
    const std::uint32_t wanted = in_service | levels;
    std::uint32_t before = admission_->progress.load();
    while ((before & in_service) != 0 && before != wanted &&
           !admission_->progress.compare_exchange_weak(before, wanted)) {
    }
  }
  // Closes it permanently.
  void close() noexcept { admission_->progress.store(0); }

 private:
  static constexpr std::size_t page = 4096;
  // Without this bit the gate cannot be opened: it was closed, or this is a child of fork().
  static constexpr std::uint32_t in_service = std::uint32_t{1} << 31;

  Admission* admission_;
};

}  // namespace trace::detail::record
