// EventRedactor: the last look at what a session sends: both passes, secrets and token patterns,
// over the final values of an event, when all its parts are put together. What a record's arguments
// hold by themselves never gets here (session/recording.cpp): this finds what several of them make
// together, what was recorded before its secret was added, and what no one registered.
//
// One thread; texts that are clean are neither copied nor changed.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "secrets/matcher.hpp"
#include "secrets/secrets.hpp"

namespace trace::detail::secrets {

// What is taken out of what is sent.
struct RedactionRules {
  std::shared_ptr<const Secrets> secrets = {};  // null: none
  bool patterns = false;
};

class EventRedactor {
 public:
  explicit EventRedactor(RedactionRules rules) : rules_(std::move(rules)) {}

  // From now on with the secrets that are known now.
  void refresh();

  // What is looked for.
  bool knows_secrets() const noexcept { return matcher_ != nullptr; }
  bool knows_tokens() const noexcept { return rules_.patterns; }

  // Whether nothing in the text is to be replaced; `text` may be JSON. Says no in doubt.
  bool is_clean(std::string_view text, TextSort sort = TextSort::whole) const noexcept;

  // The text without what is to be replaced. Valid until the next call.
  std::string_view cleaned(std::string_view text, TextSort sort = TextSort::whole);
  // The same for the strings and numbers of a valid, minified JSON text. A member's name says what
  // its value is, or the elements of that; strings that follow each other in an array are looked at
  // as one command line.
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
