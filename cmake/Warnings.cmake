# shiptrace_target(<target>): the warnings, sanitizers and include roots that all our code obeys.
function(shiptrace_target target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
  target_compile_features(${target} PUBLIC cxx_std_20)
  if(SHIPTRACE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${SHIPTRACE_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${SHIPTRACE_SANITIZE})
    if(SHIPTRACE_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
      # g++ warns that ThreadSanitizer does not model the fences of concurrentqueue.h. It has taken
      # none of them for a race so far.
      target_compile_options(${target} PRIVATE -Wno-tsan)
    endif()
  endif()
endfunction()
