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
