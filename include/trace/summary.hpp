// SPDX-License-Identifier: Apache-2.0
// Output summaries: the `outputSummary` of a COMPLETED event (contract: Worker Responsibilities,
// "after trimming or hashing large payloads").
//
// Node::completed() and capture use this; call it yourself to show or store the same summary. Only
// a summariser made by Node::summariser() removes secrets. The result depends on the input alone.
// No shared state: one Summariser per thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <trace/export.hpp>

namespace trace {

class Node;
namespace detail::secrets {
class Secrets;
}

struct SummaryLimits {
  std::size_t max_bytes = 16 * 1024;  // of the JSON text; at least 512
};

// Returns a JSON object of at most `limits.max_bytes` bytes. Output that fits is kept: a JSON
// object unchanged, any other JSON value or text as {"value": …}. Larger output is described by
// `bytes`, `sha256` (of all of it), `head` and `tail`. Empty output gives {}.
SHIPTRACE_API std::string summarise(std::string_view output, SummaryLimits limits = {});

// The same for output that arrives in pieces, in memory bounded by the limits. summarise(a + b)
// equals update(a), update(b), finish().
class SHIPTRACE_API Summariser {
 public:
  explicit Summariser(SummaryLimits limits = {});
  ~Summariser();
  Summariser(Summariser&&) noexcept;
  Summariser& operator=(Summariser&&) noexcept;

  void update(std::string_view piece);
  // Returns the summary of all pieces; call it once.
  std::string finish();

 private:
  friend class Node;
  Summariser(SummaryLimits limits, std::shared_ptr<const detail::secrets::Secrets> secrets);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trace
