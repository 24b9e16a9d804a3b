// SPDX-License-Identifier: Apache-2.0
// EventRedactor: redacts the final values of an event before it is sent: both passes, secrets and
// token patterns. Secrets in single arguments of a record never get here (session/recording.cpp):
// this finds those that several arguments form together, those recorded before they were added, and
// tokens that were never registered.
//
// One thread; clean texts are neither copied nor changed.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "secrets/matcher.hpp"
#include "secrets/secrets.hpp"

namespace trace::detail::secrets {

// What is removed from events.
struct RedactionRules {
  std::shared_ptr<const Secrets> secrets = {};  // null: none
  bool patterns = false;
};

class EventRedactor {
 public:
  explicit EventRedactor(RedactionRules rules) : rules_(std::move(rules)) {}

  // Uses the current secrets from now on.
  void refresh();

  // Whether there are secrets to search for.
  bool knows_secrets() const noexcept { return matcher_ != nullptr; }
  bool knows_tokens() const noexcept { return rules_.patterns; }

  // Whether nothing in the text needs redaction; `text` may be JSON. False if in doubt.
  bool is_clean(std::string_view text, TextSort sort = TextSort::whole) const noexcept;

  // The redacted text. Valid until the next call.
  std::string_view cleaned(std::string_view text, TextSort sort = TextSort::whole);
  // The same for the strings and numbers of valid, minified JSON. A member's name determines the
  // kind of its value, or of its elements; consecutive strings of an array are searched as one
  // command line.
  std::string_view cleaned_json(std::string_view json);
  // The same for a text that is the value of a member.
  std::string_view cleaned_member(std::string_view name, std::string_view value);

 private:
  std::string without(std::string_view text, TextSort sort = TextSort::whole) const;
  std::string without(std::string_view name, std::string_view value) const;
  bool is_clean(std::string_view name, std::string_view value) const;
  std::size_t append_string(std::string_view json, std::size_t at, std::string& name);
  std::size_t append_array(std::string_view json, std::size_t at, std::string_view member);
  std::string without_in_array(std::string_view member, std::string_view before,
                               std::string_view value) const;

  RedactionRules rules_;
  std::shared_ptr<const Matcher> matcher_;
  std::string text_;
  std::string json_;
};

}  // namespace trace::detail::secrets
