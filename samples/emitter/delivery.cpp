#include "delivery.hpp"

#include <fmt/core.h>

#include "commands.hpp"
#include "printable.hpp"
#include "quantity.hpp"

namespace trace::cli {

bool close(Session& session, const Config& config) {
  const Closed closed = session.close(config.close_timeout);
  if (closed.kept == 0) return true;
  if (closed.journal.empty()) {
    fail(
        fmt::format("{} events are lost: the backend at {} did not take them and no journal could "
                    "be written; name a directory with --journal-dir",
                    thousands(closed.kept), config.endpoint));
    return false;
  }
  fmt::print(stderr, "{} events kept in {}; the next start or 'shiptrace recover' sends them\n",
             thousands(closed.kept), printable(closed.journal));
  return true;
}

}  // namespace trace::cli
