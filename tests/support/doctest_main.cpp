// SPDX-License-Identifier: Apache-2.0
// doctest's main function for test executables that have none of their own.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
