#include "docker/real_container.hpp"

#include <doctest/doctest.h>

namespace trace::testing {

Finished docker(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "docker");
  return run({.argv = std::move(arguments)});
}

std::string containers_of_session(std::string_view session) {
  return docker({"ps", "--all", "--filter", "label=shiptrace.session=" + std::string(session),
                 "--format", "{{.Names}}"})
      .output;
}

Told run_to_end(ContainerSpec spec) {
  Recorder recorder;
  Ended ended = run_container(recorder.node(), std::move(spec));
  Told told{std::move(ended), recorder.events(), {}, {}, {}};
  REQUIRE(told.events.size() >= 2);
  const EventPayload& first = told.events.front();
  const EventPayload& last = told.events.back();
  CHECK(first.type == Type::started);
  CHECK(last.type == (told.ended.ok() ? Type::completed : Type::failed));
  if (last.error) told.code = last.error->code.value_or("");
  CHECK(told.code == told.ended.code());
  told.data = last.data.value_or("");
  told.left = containers_of_session(recorder.session().id());
  CHECK(told.left == "");
  return told;
}

}  // namespace trace::testing
