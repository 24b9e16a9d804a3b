// SPDX-License-Identifier: Apache-2.0
// The contract's test vectors: each line of a file names a case and holds a payload.
#pragma once

#include <string>
#include <vector>

namespace trace::test {

struct Vector {
  std::string name;   // "no such day"
  std::string value;  // JSON text of the payload, as written in the file
};

// Reads tests/contract/vectors/<file>. Fails the running test case if there are none.
std::vector<Vector> read_vectors(const std::string& file);

}  // namespace trace::test
