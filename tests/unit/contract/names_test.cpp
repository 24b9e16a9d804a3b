// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <trace/event.hpp>
#include <trace/status.hpp>

using trace::Level;
using trace::RunStatus;
using trace::Type;

TEST_CASE("names are those of the contract, both ways") {
  for (const auto& [type, name] :
       {std::pair{Type::started, "STARTED"}, std::pair{Type::progress, "PROGRESS"},
        std::pair{Type::completed, "COMPLETED"}, std::pair{Type::failed, "FAILED"}}) {
    CHECK(trace::name(type) == name);
    CHECK(trace::type_from_name(name) == type);
  }
  for (const auto& [level, name] :
       {std::pair{Level::debug, "debug"}, std::pair{Level::info, "info"},
        std::pair{Level::warn, "warn"}, std::pair{Level::error, "error"}}) {
    CHECK(trace::name(level) == name);
    CHECK(trace::level_from_name(name) == level);
  }
  for (const auto& [status, name] :
       {std::pair{RunStatus::queued, "QUEUED"}, std::pair{RunStatus::running, "RUNNING"},
        std::pair{RunStatus::completed, "COMPLETED"}, std::pair{RunStatus::failed, "FAILED"},
        std::pair{RunStatus::cancelled, "CANCELLED"},
        std::pair{RunStatus::terminated, "TERMINATED"},
        std::pair{RunStatus::timed_out, "TIMED_OUT"}}) {
    CHECK(trace::name(status) == name);
    CHECK(trace::run_status_from_name(name) == status);
  }
  CHECK(trace::name(trace::Stream::out) == "stdout");
  CHECK(trace::name(trace::Stream::err) == "stderr");
  CHECK(trace::name(trace::Stream::pty) == "pty");
}

TEST_CASE("other spellings are no names") {
  for (const char* name :
       {"", "started", "Started", "NODE_STARTED", "STARTED ", "AWAITING_INPUT"}) {
    CHECK_FALSE(trace::type_from_name(name));
  }
  for (const char* name : {"", "INFO", "warning", "fatal", "err"}) {
    CHECK_FALSE(trace::level_from_name(name));
  }
  for (const char* name : {"", "CANCELED", "running", "STALE"}) {
    CHECK_FALSE(trace::run_status_from_name(name));
  }
}

TEST_CASE("a value that no enumerator has gets no name") {
  CHECK(trace::name(static_cast<Type>(200)).empty());
  CHECK(trace::name(static_cast<RunStatus>(7)).empty());
}

TEST_CASE("a failure has the level error by default") {
  CHECK(trace::default_level(Type::failed) == Level::error);
  CHECK(trace::default_level(Type::started) == Level::info);
  CHECK(trace::default_level(Type::progress) == Level::info);
  CHECK(trace::default_level(Type::completed) == Level::info);
}
