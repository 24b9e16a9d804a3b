// SPDX-License-Identifier: Apache-2.0
// AdmissionGate: the word that record() reads to decide on admission; it combines level, fill level
// of the journal, end of the session and fork. It is in a page of its own, which is zero in a child
// of fork().
//
// Thread-safe.
#pragma once

#include <trace/detail/lane_cursor.hpp>

#include <cstdint>

namespace trace::detail::record {

class AdmissionGate {
 public:
  // Closed for every level. Throws std::bad_alloc.
  AdmissionGate();
  ~AdmissionGate();
  AdmissionGate(const AdmissionGate&) = delete;
  AdmissionGate& operator=(const AdmissionGate&) = delete;

  const Admission& admission() const noexcept { return *admission_; }
  // False in a child of fork(); nothing may be changed there.
  bool in_own_process() const noexcept {
    return admission_->own_process.load(std::memory_order_relaxed) != 0;
  }

  // Bit n: whether events of the type progress and of Level n pass.
  void admit(std::uint32_t levels) noexcept;
  // Closes it permanently.
  void close() noexcept;

 private:
  Admission* admission_;
};

}  // namespace trace::detail::record
