// SPDX-License-Identifier: Apache-2.0
// The pages of an attacker's web site, and what their scripts report. A page tries to store an
// event and to read the collector's runs in every way that a browser has, and then reports each
// attempt in a line: "NAME: READ …" when it saw data, "NAME: sent" or "NAME: refused" when not.
#pragma once

#include <string>

namespace trace::testing {

// Attacks `target` ("http://127.0.0.1:PORT") from another origin; posts its report to `report`.
// `frame`: a page that it loads as well, none when empty.
std::string page_of_another_origin(const std::string& target, const std::string& report,
                                   const std::string& frame);
// How many lines its report has.
int attempts_of_another_origin();

// Attacks the origin that it comes from, as soon as its name leads to another server there.
std::string rebinding_page(const std::string& report);
int attempts_after_rebinding();

}  // namespace trace::testing
