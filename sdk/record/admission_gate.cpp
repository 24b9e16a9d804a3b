#include "record/admission_gate.hpp"

#include <sys/mman.h>

#include <new>

namespace trace::detail {
namespace {

constexpr std::size_t page = 4096;
constexpr std::uint32_t shut_for_good = std::uint32_t{1} << 31;

}  // namespace

AdmissionGate::AdmissionGate() {
  void* memory = mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  madvise(memory, page, MADV_WIPEONFORK);
  admission_ = new (memory) Admission{};
  admission_->own_process = 1;
}

AdmissionGate::~AdmissionGate() { munmap(admission_, page); }

void AdmissionGate::admit(std::uint32_t levels) noexcept {
  std::uint32_t before = admission_->progress.load();
  while ((before & shut_for_good) == 0 && before != levels &&
         !admission_->progress.compare_exchange_weak(before, levels)) {
  }
}

void AdmissionGate::close() noexcept { admission_->progress.store(shut_for_good); }

}  // namespace trace::detail
