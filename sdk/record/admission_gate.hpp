// AdmissionGate: the one word that record() reads to know that nothing stands against an event:
// not the level, not the journal's fill level, not the session's end, not a fork. It lies in a page
// of its own, which a child of fork() finds empty.
//
// Thread-safe.
#pragma once

#include <trace/detail/lane_cursor.hpp>

#include <cstdint>

namespace trace::detail::record {

class AdmissionGate {
 public:
  // Shut for every level. Throws std::bad_alloc.
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
  // Shuts it for good.
  void close() noexcept;

 private:
  Admission* admission_;
};

}  // namespace trace::detail::record
