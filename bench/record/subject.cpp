// SPDX-License-Identifier: Apache-2.0
#include "record/subject.hpp"

namespace trace::bench {

std::vector<SubjectMaker>& subjects() {
  static std::vector<SubjectMaker> all;
  return all;
}

bool add_subject(SubjectMaker maker) {
  subjects().push_back(std::move(maker));
  return true;
}

}  // namespace trace::bench
