// SPDX-License-Identifier: Apache-2.0
// One untrusted JSON document, parsed by simdjson after the repairs that the contract requires
// (json_repair.hpp lists them).
//
// simdjson differs from the contract in three ways, and read() works around them: it refuses text
// that we repair, it refuses numbers beyond 64 bits or a double's range, and it rounds those with
// more digits than a double has. Such a number is passed on as a string of NUL and its digits; no
// other string contains a NUL, because the repair has replaced them all.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trace::detail::contract {

class JsonDocument {
 public:
  // Each thread reuses one parser, which keeps the memory of its largest document.
  static JsonDocument& of_this_thread();

  // Returns why `json` is not JSON of at most `max_depth` levels, in static storage; empty if it
  // is. root() and text() are then valid until the next read() of this thread, text() only as long
  // as `json` is.
  std::string_view read(std::string_view json, std::size_t max_depth);

  simdjson::dom::element root() const noexcept { return root_; }
  // The document's text, repaired.
  std::string_view text() const noexcept { return text_; }

 private:
  simdjson::error_code parse(std::string_view json, std::size_t max_depth);

  simdjson::dom::parser parser_;
  simdjson::dom::element root_;
  std::string_view text_;
  std::string repaired_;
  std::string with_marked_numbers_;
};

// The text of a string; nullopt for any other value, including a marked number.
std::optional<std::string_view> string_in(const simdjson::dom::element& value) noexcept;
// An integer from 0 to 2^53 - 1 (JavaScript's safe integers) in any notation (12, 12.0, 1.2e1).
std::optional<std::uint64_t> count_in(const simdjson::dom::element& value) noexcept;

// Appends the minified text of a value; marked numbers become numbers again.
void append_json(std::string& out, const simdjson::dom::element& value);

}  // namespace trace::detail::contract
