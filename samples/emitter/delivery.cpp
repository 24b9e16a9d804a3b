#include "delivery.hpp"

#include <fmt/core.h>

#include "printable.hpp"
#include "quantity.hpp"

namespace trace::cli {

bool close(Session& session, const Config& config) {
  const Closed closed = session.close(config.close_timeout);
  if (closed.kept > 0) {
    fmt::print(stderr, "{} events kept in {}; the next start or 'shiptrace recover' sends them\n",
               thousands(closed.kept), printable(closed.journal));
  }
  return closed.lost == 0 && session.stats().dropped == 0;
}

}  // namespace trace::cli
