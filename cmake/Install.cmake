# cmake --install: headers, libraries, both binaries, and the package for find_package(shiptrace).
