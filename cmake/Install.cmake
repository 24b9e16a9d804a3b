# cmake --install: headers, libraries, both binaries, and the package for find_package(shiptrace).
# Somebody who embeds the project with add_subdirectory() installs what they want themselves.
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

foreach(library IN ITEMS sdk ${transports} child process docker shiptrace)
  install(TARGETS shiptrace_${library} EXPORT shiptraceTargets)
endforeach()
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
