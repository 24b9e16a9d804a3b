// SPDX-License-Identifier: Apache-2.0
// The directory "containers" beside a journal, which holds the files of containers by session and
// container. Everything in it is created and removed relative to descriptors and without following
// links, so nothing outside of it is touched whatever it contains. Any thread.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "child/file_descriptor.hpp"

namespace trace::docker {

// Opens the journal's directory. Returns an empty descriptor, with `why` and errno, if it is a
// link, is not ours, or is writable by others.
child::FileDescriptor open_journal_directory(std::string_view journal, std::string& why);

// Empty with errno on failure, such as a link.
child::FileDescriptor open_directory(int parent, const char* name);

// Creates the directory if it is missing, sets its mode and opens it. Empty with errno on failure.
child::FileDescriptor make_directory(int parent, const std::string& name, unsigned mode);

// Bounded, because a running container can create files as fast as they are removed.
inline constexpr std::chrono::seconds most_time_for_removal{5};

// Removes the directory with its contents. Returns false if something could not be removed, it took
// longer than most_time_for_removal, or `give_up` (may be empty) returned true. Needs a constant
// number of descriptors at any depth.
bool remove_tree(int parent, const std::string& name,
                 const std::function<bool()>& give_up = {}) noexcept;

// Removes "containers/<session>" in the journal's directory, and "containers" with the last
// session. See remove_tree().
void remove_files_of_session(int journal_directory, const std::string& session,
                             const std::function<bool()>& give_up) noexcept;

}  // namespace trace::docker
