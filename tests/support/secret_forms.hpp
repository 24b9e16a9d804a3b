// SPDX-License-Identifier: Apache-2.0
// A secret with all that makes redaction difficult in it, and the forms in which it must not leave
// the process. They were made by Python's base64, urllib and json, not by the code under test.
#pragma once

#include <string_view>

namespace trace::testing {

struct Form {
  std::string_view of;
  std::string_view text;
};

inline constexpr std::string_view secret = "c0rrect/horse \"battery\"+staple & <é>";
inline constexpr Form forms[] = {
    {"itself", "c0rrect/horse \"battery\"+staple & <é>"},
    {"base64, 0 bytes before", "YzBycmVjdC9ob3JzZSAiYmF0dGVyeSIrc3RhcGxlICYgPMOpP"},
    {"base64, 1 bytes before", "MwcnJlY3QvaG9yc2UgImJhdHRlcnkiK3N0YXBsZSAmIDzDqT"},
    {"base64, 2 bytes before", "jMHJyZWN0L2hvcnNlICJiYXR0ZXJ5IitzdGFwbGUgJiA8w6k+"},
    {"base64 for URLs, 0 bytes before", "YzBycmVjdC9ob3JzZSAiYmF0dGVyeSIrc3RhcGxlICYgPMOpP"},
    {"base64 for URLs, 1 bytes before", "MwcnJlY3QvaG9yc2UgImJhdHRlcnkiK3N0YXBsZSAmIDzDqT"},
    {"base64 for URLs, 2 bytes before", "jMHJyZWN0L2hvcnNlICJiYXR0ZXJ5IitzdGFwbGUgJiA8w6k-"},
    {"hexadecimal", "633072726563742f686f727365202262617474657279222b737461706c652026203cc3a93e"},
    {"HEXADECIMAL", "633072726563742F686F727365202262617474657279222B737461706C652026203CC3A93E"},
    {"urllib.parse.quote", "c0rrect/horse%20%22battery%22%2Bstaple%20%26%20%3C%C3%A9%3E"},
    {"quote, all", "c0rrect%2Fhorse%20%22battery%22%2Bstaple%20%26%20%3C%C3%A9%3E"},
    {"quote_plus", "c0rrect%2Fhorse+%22battery%22%2Bstaple+%26+%3C%C3%A9%3E"},
    {"json.dumps", "c0rrect/horse \\\"battery\\\"+staple & <\\u00e9>"},
    {"json.dumps, not ASCII", "c0rrect/horse \\\"battery\\\"+staple & <é>"},
    {"PHP", "c0rrect\\/horse \\\"battery\\\"+staple & <\\u00e9>"},
    {"Go", "c0rrect/horse \\\"battery\\\"+staple \\u0026 \\u003cé\\u003e"},
};

}  // namespace trace::testing
