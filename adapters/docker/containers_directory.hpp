// The directory "containers" beside a journal, where the files of containers lie by session and
// container. Everything in it is made and removed relative to descriptors and without following a
// link, so that nothing outside of it is ever touched, whatever somebody has put there. Any thread.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "child/file_descriptor.hpp"

namespace trace::docker {

// Opens the directory in which the journal lies; empty, with `why` and
// errno, when it may not be used: it is a link, not ours, or others can write to it.
child::FileDescriptor open_journal_directory(std::string_view journal, std::string& why);

// Makes the directory if it is missing, gives it this mode and opens it. Empty with errno when it
// cannot be.
child::FileDescriptor make_directory(int parent, const std::string& name, unsigned mode);

// A container that still runs can create files as fast as they are removed.
inline constexpr std::chrono::seconds most_time_for_removal{5};

// Removes what is in the directory and then the directory. False: something could not be removed,
// it took longer than most_time_for_removal, or `give_up` (may be empty) returned true. Takes the
// same few descriptors however deep the tree is.
bool remove_tree(int parent, const std::string& name,
                 const std::function<bool()>& give_up = {}) noexcept;

// Removes "containers/<session>" in the journal's directory, and "containers" with the last
// session. As remove_tree().
void remove_files_of_session(int journal_directory, const std::string& session,
                             const std::function<bool()>& give_up) noexcept;

}  // namespace trace::docker
