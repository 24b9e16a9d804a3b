// SPDX-License-Identifier: Apache-2.0
// record() makes no system call and allocates nothing: counted, from outside for the one and in
// the allocator for the other.
#include <doctest/doctest.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <new>
#include <thread>
#include <vector>

#include "secrets/secrets.hpp"
#include "session/core.hpp"
#include "unit/session/recorded_session.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

thread_local std::uint64_t allocations = 0;

void record_some(const Node& node, int count) {
  constexpr std::string_view text = "sixty bytes of text that is here to be copied to the journal";
  for (int i = 0; i < count; ++i) {
    record(node, Type::progress, Level::info, field("n", i), field("host", text), "{} of {}", i,
           text);
  }
}

// The same with a secret in every second text.
void record_secrets(const Node& node, int count) {
  constexpr std::string_view secret = "and here comes hunter2-hunter2 between the words of a text";
  constexpr std::string_view none = "and here comes no secret at all between the words of a text";
  for (int i = 0; i < count; ++i) {
    const std::string_view text = i % 2 == 0 ? secret : none;
    record(node, Type::progress, Level::info, field("n", i), field("host", text), "{} of {}", i,
           text);
  }
}

// The keeper has 8 MiB ready when it rests; the burst takes about the half of that.
constexpr int burst = 20'000;

void wait_for_the_keeper(const RecordedSession& session) {
  while (session.stats().slabs_ready < 16) std::this_thread::yield();
}

}  // namespace

void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

TEST_CASE("record allocates nothing") {
  RecordedSession session;
  auto node = session.run().node("n");
  record_some(node, 100);  // the thread's lane is made by its first record
  session.events();
  wait_for_the_keeper(session);
  const std::uint64_t before = allocations;
  record_some(node, burst);
  CHECK(allocations == before);
  CHECK(session.events().size() == burst + 100);
}

// ThreadSanitizer builds tables fifty times as slowly.
#ifdef __SANITIZE_THREAD__
constexpr std::size_t many_secrets = 200;
constexpr std::size_t long_secret_bytes = 300;
#else
constexpr std::size_t many_secrets = 2'000;
constexpr std::size_t long_secret_bytes = 6'000;
#endif

// Each form of a secret is a string: allocations count what a thread builds.
TEST_CASE("adding a secret costs no more when there are thousands of others") {
  constexpr std::size_t count = many_secrets;
  constexpr std::size_t between_merges = 40;
  detail::secrets::Secrets secrets;
  const auto secret_number = [](std::size_t i) {
    return "a secret of 40 bytes, which is number " + std::to_string(1000 + i);
  };
  std::vector<std::uint64_t> costs;  // of all that are added between two merges
  std::size_t fresh_bytes = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string secret = secret_number(i);
    const detail::secrets::Matcher* const merged = secrets.matchers().merged;
    const std::uint64_t before = allocations;
    const AddSecretResult result = secrets.add(secret);
    const std::uint64_t cost = allocations - before;
    REQUIRE(result == AddSecretResult::added);
    if (i == 0) continue;  // there was nothing to be merged with
    REQUIRE(secrets.matchers().merged == merged);
    const detail::secrets::Matcher& fresh = *secrets.matchers().fresh;
    CHECK(fresh.values().size() == 1 + (i - 1) % between_merges);
    if (fresh.values().size() == 1) {
      costs.push_back(cost);
      fresh_bytes = std::max(fresh_bytes, fresh.bytes());
    }
    if (i % between_merges == 0) secrets.merge();
  }
  REQUIRE(costs.size() == count / between_merges);
  for (const std::uint64_t cost : costs) CHECK(cost <= costs.front() + 50);
  CHECK(fresh_bytes < 40 * 1000);
  CHECK(secrets.shared_matcher()->values().size() == count);
}

TEST_CASE("record allocates nothing while the tables of all secrets are built") {
  RecordedSession session;
  // Enough for the keeper to take a while.
  for (int i = 0; i < 30; ++i) {
    session.session().add_secret(std::string(long_secret_bytes, static_cast<char>('a' + i % 26)) +
                                 std::to_string(i));
  }
  auto node = session.run().node("n");
  record_secrets(node, 100);
  session.events();
  wait_for_the_keeper(session);
  const detail::secrets::Secrets& secrets = state_of(node)->core->secrets();
  std::uint64_t allocated = 0;
  int while_fresh = 0;
  for (int i = 0; i < 200 && while_fresh < 3; ++i) {
    session.session().add_secret("hunter2-hunter" + std::to_string(i));
    const std::uint64_t before = allocations;
    record_secrets(node, 10);
    allocated += allocations - before;
    if (!secrets.is_merged()) ++while_fresh;
  }
  CHECK(while_fresh == 3);
  CHECK(allocated == 0);
}

TEST_CASE("record allocates nothing while it takes out secrets") {
  RecordedSession session;
  session.session().add_secret("hunter2-hunter2");
  auto node = session.run().node("n");
  record_secrets(node, 100);
  session.events();
  wait_for_the_keeper(session);
  const std::uint64_t before = allocations;
  record_secrets(node, burst);
  CHECK(allocations == before);
  const auto events = session.events();
  CHECK(events.size() == burst + 100);
  CHECK(events.back().message ==
        "19999 of and here comes no secret at all between the words of a text");
  CHECK(events[events.size() - 2].message ==
        "19998 of and here comes [REDACTED] between the words of a text");
}

TEST_CASE("record makes no system call") {
  // The child's main thread records and is stopped at each of its system calls; two that name the
  // parent mark the burst.
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    raise(SIGSTOP);
    RecordedSession session;
    auto node = session.run().node("n");
    record_some(node, 100);
    session.events();
    wait_for_the_keeper(session);
    syscall(SYS_getppid);
    record_some(node, burst);
    syscall(SYS_getppid);
    session.session().add_secret("hunter2-hunter2");
    session.events();
    wait_for_the_keeper(session);
    syscall(SYS_getppid);
    record_secrets(node, burst);
    syscall(SYS_getppid);
    _exit(session.stats().slabs_mapped_by_producers == 0 ? 0 : 3);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status)) {
    MESSAGE("SKIPPED: this machine does not let a process be traced");
    return;
  }
  ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
  int marks = 0;
  int inside = 0;
  bool entering = true;
  for (;;) {
    if (ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) != 0) break;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) || WIFSIGNALED(status)) break;
    if (WSTOPSIG(status) != (SIGTRAP | 0x80)) continue;
    if (entering) {
      __ptrace_syscall_info info{};
      ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info);
      if (info.entry.nr == SYS_getppid) {
        ++marks;
      } else if (marks == 1 || marks == 3) {
        ++inside;
        MESSAGE("system call ", info.entry.nr);
      }
    }
    entering = !entering;
  }
  CHECK(marks == 4);
  CHECK(inside == 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
