#include "attack/requests/trials.hpp"
namespace trace::testing {
std::vector<Fault> crowd_attacks() { return {}; }
}  // namespace trace::testing
