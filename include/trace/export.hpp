// SPDX-License-Identifier: Apache-2.0
// SHIPTRACE_API marks what a shared library of shiptrace exports; all else has hidden visibility.
// Each public header includes this file, which also rejects a compiler in a mode before C++20.
#pragma once

#if __cplusplus < 202002L
#error "shiptrace needs C++20: compile with -std=c++20 or later"
#endif

#define SHIPTRACE_API __attribute__((visibility("default")))
