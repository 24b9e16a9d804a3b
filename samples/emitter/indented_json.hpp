// JSON on several lines, for people. Pure function, safe on any thread.
#pragma once

#include <string>
#include <string_view>

namespace trace::cli {

// `json` is a valid document; its values and the order of its members stay as they are.
std::string indented_json(std::string_view json);

}  // namespace trace::cli
