// SPDX-License-Identifier: Apache-2.0
#include "capture/captured_event.hpp"

#include <fmt/format.h>

#include <iterator>

#include "text/json_text.hpp"

namespace trace::detail::capture {

std::string data_of(const CapturedEvent& event, std::string_view origin) {
  std::string data = fmt::format(R"({{"stream":"{}","origin":)", name(event.stream));
  text::append_quoted(data, origin);
  if (event.lines > 1) fmt::format_to(std::back_inserter(data), R"(,"lines":{})", event.lines);
  if (event.continued) data += R"(,"continued":true)";
  if (event.progress) data += R"(,"progress":true)";
  if (!event.fields.empty()) data.append(R"(,"fields":)").append(event.fields);
  data += '}';
  return data;
}

std::string data_of(const Omission& omission) {
  std::string data =
      fmt::format(R"({{"omitted":{{"lines":{},"bytes":{})", omission.all.lines, omission.all.bytes);
  if (!omission.sha256.empty()) {
    fmt::format_to(std::back_inserter(data), R"(,"sha256":"{}")", omission.sha256);
  }
  for (std::size_t i = 0; i < lines::max_streams; ++i) {
    const lines::LineVolume& volume = omission.by_stream[i];
    if (volume.bytes == 0) continue;
    fmt::format_to(std::back_inserter(data), R"(,"{}":{{"lines":{},"bytes":{}}})",
                   name(static_cast<Stream>(i)), volume.lines, volume.bytes);
  }
  data += "}}";
  return data;
}

std::string text_of(const lines::LineVolume& omitted) {
  return fmt::format("{} lines ({} bytes) were left out", omitted.lines, omitted.bytes);
}

}  // namespace trace::detail::capture
