# Compiles through ccache where it is installed, unless somebody chose a launcher or embeds us.
if(PROJECT_IS_TOP_LEVEL AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(SHIPTRACE_CCACHE ccache)
  if(SHIPTRACE_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${SHIPTRACE_CCACHE})
  endif()
endif()
