// Output summaries: what a COMPLETED event says of a component's output (contract: Worker
// Responsibilities, `outputSummary` "after trimming or hashing large payloads").
//
// Node::completed() and capture use this; call it yourself to see or store the same summary.
// Secrets are taken out only by those that Node::summariser() makes: what holds some is not to be
// cut here. The same input always gives the same summary. No shared state: one Summariser per
// thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace trace {

namespace detail::secrets {
class Secrets;
}

struct SummaryLimits {
  std::size_t max_bytes = 16 * 1024;  // of the summary's JSON text; at least 512
};

// The text of a JSON object of at most `limits.max_bytes` bytes. Output that fits stays as it is:
// a JSON object unchanged, any other JSON value or text as {"value": …}. Larger output is told by
// `bytes`, `sha256` (of the whole) and its `head` and `tail`. No output at all is {}.
std::string summarise(std::string_view output, SummaryLimits limits = {});

// The same for output that arrives in pieces; memory stays bounded by the limits whatever the
// length of the output. summarise(a + b) equals update(a), update(b), finish().
class Summariser {
 public:
  explicit Summariser(SummaryLimits limits = {});
  // For what Node::summariser() answers.
  Summariser(SummaryLimits limits, std::shared_ptr<const detail::secrets::Secrets> secrets);
  ~Summariser();
  Summariser(Summariser&&) noexcept;
  Summariser& operator=(Summariser&&) noexcept;

  void update(std::string_view piece);
  // Ends the output and answers its summary; call it once.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trace
