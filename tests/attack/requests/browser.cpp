#include "attack/requests/trials.hpp"
namespace trace::testing {
std::vector<Fault> browser_attacks() { return {}; }
}  // namespace trace::testing
