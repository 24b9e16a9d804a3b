// SPDX-License-Identifier: Apache-2.0
#include "record/admission_gate.hpp"

#include <sys/mman.h>

#include <new>

namespace trace::detail::record {
namespace {

constexpr std::size_t page = 4096;
// Without this bit the gate cannot be opened: it was closed, or this is a child of fork().
constexpr std::uint32_t in_service = std::uint32_t{1} << 31;

}  // namespace

AdmissionGate::AdmissionGate() {
  void* memory = mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  madvise(memory, page, MADV_WIPEONFORK);
  admission_ = new (memory) Admission{};
  admission_->own_process = 1;
  admission_->progress = in_service;
}

AdmissionGate::~AdmissionGate() { munmap(admission_, page); }

void AdmissionGate::admit(std::uint32_t levels) noexcept {
  const std::uint32_t wanted = in_service | levels;
  std::uint32_t before = admission_->progress.load();
  while ((before & in_service) != 0 && before != wanted &&
         !admission_->progress.compare_exchange_weak(before, wanted)) {
  }
}

void AdmissionGate::close() noexcept { admission_->progress.store(0); }

}  // namespace trace::detail::record
