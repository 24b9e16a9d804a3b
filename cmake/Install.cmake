# cmake --install: headers, libraries, both binaries, and the package for find_package(shiptrace).
# Somebody who embeds the project with add_subdirectory() installs what they want themselves.
if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()

include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/shiptrace)

install(DIRECTORY include/trace DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")

foreach(library IN ITEMS sdk http file child process docker shiptrace)
  install(TARGETS shiptrace_${library} EXPORT shiptraceTargets)
endforeach()
if(NOT BUILD_SHARED_LIBS)  # shared libraries hold what they need of it
  install(TARGETS shiptrace_text EXPORT shiptraceTargets)
endif()
install(EXPORT shiptraceTargets NAMESPACE shiptrace:: DESTINATION ${package_dir})

if(SHIPTRACE_BUILD_SAMPLES)
  install(TARGETS shiptrace_cli shiptrace_collector)
endif()

configure_package_config_file(cmake/shiptraceConfig.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/shiptraceConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(
  ${CMAKE_CURRENT_BINARY_DIR}/shiptraceConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/shiptraceConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/shiptraceConfigVersion.cmake
        DESTINATION ${package_dir})
