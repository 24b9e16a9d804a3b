// SPDX-License-Identifier: Apache-2.0
// The image with this machine's tools that image.sh makes for the container's executable.
#pragma once

namespace trace::testing {

inline const char* const tools_image = "shiptrace/tools:1";

}  // namespace trace::testing
