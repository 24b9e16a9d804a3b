// SPDX-License-Identifier: Apache-2.0
// The main function of the unit tests. doctest's options choose test cases: --test-case=,
// --source-file=, --list-test-cases.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
