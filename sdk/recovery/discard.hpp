// SPDX-License-Identifier: Apache-2.0
// Discards the orphaned journals of a destination: whoever no longer wants their events says so,
// instead of removing files by hand while a session may hold them. Blocking; any thread.
#pragma once

#include <trace/recovery.hpp>

#include "recovery/adoptions.hpp"

namespace trace::detail::recovery {

RecoveryReport discard(const journal::JournalDirectory& directory, const Destination& destination);

}  // namespace trace::detail::recovery
