// SPDX-License-Identifier: Apache-2.0
// Boost.JSON is header-only here; this is its one translation unit.
#include <boost/json/src.hpp>
