# What the targets of this project have in common.

# shiptrace_target(<target>): language, warnings, sanitizers. Warnings are errors where this is the
# top-level project; --compile-no-warning-as-error turns that off.
function(shiptrace_target target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
  if(PROJECT_IS_TOP_LEVEL)
    set_target_properties(${target} PROPERTIES COMPILE_WARNING_AS_ERROR ON)
  endif()
  if(SHIPTRACE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${SHIPTRACE_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${SHIPTRACE_SANITIZE})
    if(SHIPTRACE_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
      # g++ warns that ThreadSanitizer does not model the fences of concurrentqueue.h. It has
      # reported no race because of them so far.
      target_compile_options(${target} PRIVATE -Wno-tsan)
    endif()
  endif()
endfunction()

# shiptrace_library(<name> [STATIC] [<file>…]): the library target shiptrace_<name>, which users link
# as shiptrace::<name>. A shared library exports what SHIPTRACE_API marks (trace/export.hpp) and finds
# its siblings beside itself, wherever the prefix is moved to. STATIC: internal code that shared
# libraries link privately.
function(shiptrace_library name)
  set(target shiptrace_${name})
  add_library(${target} ${ARGN})
  add_library(shiptrace::${name} ALIAS ${target})
  shiptrace_target(${target})
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name}
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    DEFINE_SYMBOL ""
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    INSTALL_RPATH "$ORIGIN")
endfunction()

# shiptrace_program(<target> <name>): an executable, installed as <name>, that finds shared
# libraries of the same prefix.
function(shiptrace_program target name)
  shiptrace_target(${target})
  file(RELATIVE_PATH libraries ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name} INSTALL_RPATH "$ORIGIN/${libraries}")
endfunction()

# shiptrace_precompile(<target> [<header>…]): precompiles what most files include anyway, and the
# headers named here. shiptrace_precompile(<target> REUSE <other>): those of another target.
#
# Not where a compiler cache is used, as contributors do: a cache holds nothing that was compiled with
# them, and they hide a missing #include. Nor in a project that embeds this one, which may have its own.
function(shiptrace_precompile target)
  if(CMAKE_CXX_COMPILER_LAUNCHER OR NOT PROJECT_IS_TOP_LEVEL)
    return()
  endif()
  if(ARGV1 STREQUAL "REUSE")
    target_precompile_headers(${target} REUSE_FROM ${ARGV2})
    return()
  endif()
  target_precompile_headers(${target} PRIVATE
    <algorithm> <array> <atomic> <chrono> <cstdint> <functional> <map> <memory> <mutex> <optional>
    <string> <string_view> <unordered_map> <utility> <vector> <fmt/format.h> ${ARGN})
endfunction()
