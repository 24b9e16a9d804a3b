// One foreign JSON document, parsed by simdjson after the repairs that the contract wants
// (json_repair.hpp lists them). For the other files of this folder: nobody else sees simdjson.
//
// simdjson is stricter than JSON in two places, and read() makes up for both: it refuses text
// that we rather repair, and numbers beyond 64 bits or beyond a double's range. Such a number is
// handed over as a string of NUL and its digits; no other string holds a NUL, because the repair
// replaced them all.
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
  // A parser keeps the memory of its largest document, so each thread has one and reuses it.
  static JsonDocument& of_this_thread();

  // Says why `json` is no JSON of at most `max_depth` levels, in static storage; empty when it
  // is. root() and text() are then valid until the next read() of this thread, text() no longer
  // than `json` is.
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

// The text of a string; nothing for any other value, a marked number included.
std::optional<std::string_view> string_in(const simdjson::dom::element& value) noexcept;
// A number that is an integer from 0 to 2^53 - 1, however it is written (12, 12.0, 1.2e1): what
// JavaScript calls a safe integer.
std::optional<std::uint64_t> count_in(const simdjson::dom::element& value) noexcept;

// Appends the minified text of a value; marked numbers become numbers again.
void append_json(std::string& out, const simdjson::dom::element& value);

}  // namespace trace::detail::contract
