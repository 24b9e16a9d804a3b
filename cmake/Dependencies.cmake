# Every library comes from the distribution's packages; scripts/install-deps.sh installs them.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(simdjson REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL 7.87 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Zstd REQUIRED)

find_path(SHIPTRACE_CONCURRENTQUEUE_DIR concurrentqueue.h
          PATH_SUFFIXES concurrentqueue concurrentqueue/moodycamel moodycamel REQUIRED)

if(SHIPTRACE_BUILD_SAMPLES)  # only the reference backend needs these two
  find_package(SQLite3 REQUIRED)
  find_package(Boost 1.81 REQUIRED)  # Beast, Asio, JSON
endif()
if(SHIPTRACE_BUILD_SAMPLES OR SHIPTRACE_BUILD_BENCH)
  find_path(SHIPTRACE_CLI11_DIR CLI/CLI.hpp REQUIRED)
endif()
if(SHIPTRACE_BUILD_TESTS)
  find_path(SHIPTRACE_DOCTEST_DIR doctest/doctest.h REQUIRED)
endif()
