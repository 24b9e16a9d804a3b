// Boost.Process v2, as the sources of this folder include it. Built on std::filesystem it forgets
// some of the headers that it needs: they come first.
#pragma once

#include <boost/optional.hpp>
#include <boost/type_traits.hpp>
//
#include <boost/process/v2/environment.hpp>
#include <boost/process/v2/posix/default_launcher.hpp>
#include <boost/process/v2/process.hpp>
