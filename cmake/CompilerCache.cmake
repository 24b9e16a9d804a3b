# Compiles through ccache where it is installed and not disabled, unless a launcher is set already or
# this project is embedded.
if(PROJECT_IS_TOP_LEVEL AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER AND NOT DEFINED ENV{CCACHE_DISABLE})
  find_program(SHIPTRACE_CCACHE ccache)
  if(SHIPTRACE_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${SHIPTRACE_CCACHE})
  endif()
endif()
