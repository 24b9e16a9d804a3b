// SPDX-License-Identifier: Apache-2.0
// The bytes of a file: a journal has many megabytes, which a stream's iterator reads one by one.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace trace::testing {

// Empty if the file cannot be opened.
inline std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return {};
  std::string bytes(static_cast<std::size_t>(file.tellg()), '\0');
  file.seekg(0);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

}  // namespace trace::testing
