# cmake --install: headers, libraries, both programs, and the packages for find_package(shiptrace)
# and pkg-config. A project that embeds this one with add_subdirectory() installs what it wants.
if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()

include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/shiptrace)

get_property(transports GLOBAL PROPERTY SHIPTRACE_TRANSPORTS)
install(DIRECTORY include/trace DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
foreach(name IN LISTS transports)
  install(DIRECTORY adapters/${name}/include/trace DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
          FILES_MATCHING PATTERN "*.hpp")
endforeach()

set(libraries shiptrace docker process ${transports} sdk)  # each before those that it needs
if(NOT BUILD_SHARED_LIBS)  # shared libraries contain what they need of the internal ones
  list(INSERT libraries 3 child)
  list(APPEND libraries text)
endif()
foreach(library IN LISTS libraries)
  install(TARGETS shiptrace_${library} EXPORT shiptraceTargets)
endforeach()
install(EXPORT shiptraceTargets NAMESPACE shiptrace:: DESTINATION ${package_dir})

if(SHIPTRACE_BUILD_SAMPLES)
  install(TARGETS shiptrace_cli shiptrace_collector)
endif()

set(SHIPTRACE_SHARED ${BUILD_SHARED_LIBS})
configure_package_config_file(cmake/shiptraceConfig.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/shiptraceConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(
  ${CMAKE_CURRENT_BINARY_DIR}/shiptraceConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/shiptraceConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/shiptraceConfigVersion.cmake
              cmake/FindZstd.cmake
        DESTINATION ${package_dir})

# One pkg-config package of everything. What static libraries need beside themselves is in its
# Requires, so that a plain `pkg-config --libs` links them too.
set(requires fmt)
if(NOT BUILD_SHARED_LIBS)
  list(APPEND requires simdjson libcurl libcrypto zlib libzstd)
endif()
list(JOIN requires ", " SHIPTRACE_REQUIRES)
set(SHIPTRACE_LIBS)
foreach(library IN LISTS libraries)
  get_target_property(name shiptrace_${library} OUTPUT_NAME)
  if(NOT name)
    set(name shiptrace_${library})
  endif()
  string(APPEND SHIPTRACE_LIBS " -l${name}")
endforeach()
file(RELATIVE_PATH SHIPTRACE_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
foreach(directory IN ITEMS LIBDIR INCLUDEDIR)
  set(SHIPTRACE_PC_${directory} "${CMAKE_INSTALL_${directory}}")
  if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_${directory}}")
    set(SHIPTRACE_PC_${directory} "\${prefix}/${CMAKE_INSTALL_${directory}}")
  endif()
endforeach()
configure_file(cmake/shiptrace.pc.in ${CMAKE_CURRENT_BINARY_DIR}/shiptrace.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/shiptrace.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
