// SPDX-License-Identifier: Apache-2.0
// Locks of whole files, owned by the open file (F_OFD_SETLK): a session's journal, the directory's
// budget, the dead letters. Released with the descriptor, however its process dies. Any thread.
#pragma once

#include <chrono>

namespace trace::detail::journal {

// False if another open file holds it.
bool try_lock(int fd) noexcept;
void unlock(int fd) noexcept;
// Whether another open file holds it.
bool is_locked(int fd) noexcept;

// Waits for a lock with a time limit, because its owner may be a stopped process. Unlocks at the
// end of the scope.
class PatientLock {
 public:
  static constexpr std::chrono::milliseconds patience{50};

  // A negative descriptor cannot be locked.
  explicit PatientLock(int fd) noexcept;
  ~PatientLock();
  PatientLock(const PatientLock&) = delete;
  PatientLock& operator=(const PatientLock&) = delete;

  bool held() const noexcept { return held_; }

 private:
  const int fd_;
  bool held_ = false;
};

}  // namespace trace::detail::journal
