// SPDX-License-Identifier: Apache-2.0
// JournalWatch: a snapshot of a journal file that another process writes, updated whenever it
// differs: exactly what the kernel keeps when the writer is killed there. One thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace trace::testing {

class JournalWatch {
 public:
  // Of the only journal in the directory.
  explicit JournalWatch(const std::string& directory);
  ~JournalWatch();
  JournalWatch(const JournalWatch&) = delete;
  JournalWatch& operator=(const JournalWatch&) = delete;

  // Whether the file differs from the picture in a byte that counts: in its header, a slab's header
  // or what is committed of a slab. Then there is a new picture.
  bool look();
  // The same for any byte.
  bool look_at_every_byte();

  // The file has been removed.
  bool gone() const;
  // Writes the picture into the directory, under the journal's name.
  void write_to(const std::string& directory) const;

 private:
  bool counts_the_same() const;
  std::size_t file_bytes() const;
  void take_picture();

  std::string name_;
  int fd_ = -1;
  const std::byte* file_ = nullptr;
  std::vector<std::byte> picture_;
};

}  // namespace trace::testing
