// SPDX-License-Identifier: Apache-2.0
// resolve: the action of the sample worker. It looks host names up, one after another, and reports
// each as it goes. Nothing in it knows of tracing; that is the point.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

// How many hosts are done, and which one was the last.
using OnResolved = std::function<void(int done, std::string_view host)>;
// What a resolver would print: a line "host address address …" per host.
using OnBytes = std::function<void(std::string_view bytes)>;

// `hosts` is a list such as "localhost,example.org", or the path of a file with one name per line.
// Returns {"hosts":[{"host","addresses":[…]}],"resolved":n}; a name that does not exist has no
// addresses. Throws std::runtime_error if the list is not a list of names, if the resolver itself
// fails or times out, and if a stop is requested.
std::string resolve(const std::string& hosts, std::stop_token stop, const OnResolved& on_resolved,
                    const OnBytes& on_bytes);

// The image of the scanner container: $SCANNER_IMAGE, else "scanner:3".
std::string scanner_image();
