# Zstd::Zstd, from libzstd and zstd.h: not every distribution has a CMake package of it. Installed
# with shiptrace, whose static libraries need it.
find_library(Zstd_LIBRARY zstd)
find_path(Zstd_INCLUDE_DIR zstd.h)
mark_as_advanced(Zstd_LIBRARY Zstd_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Zstd REQUIRED_VARS Zstd_LIBRARY Zstd_INCLUDE_DIR)

if(Zstd_FOUND AND NOT TARGET Zstd::Zstd)
  add_library(Zstd::Zstd UNKNOWN IMPORTED)
  set_target_properties(Zstd::Zstd PROPERTIES
    IMPORTED_LOCATION ${Zstd_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${Zstd_INCLUDE_DIR})
endif()
