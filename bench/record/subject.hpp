// SPDX-License-Identifier: Apache-2.0
// The subject of record_latency: a library that takes an event on the calling thread and brings it
// somewhere on others. A peer is linked in from outside: a file of its own that implements Subject
// and registers it (docs/benchmarks.md).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "record/event.hpp"
#include "support/ticks.hpp"

namespace trace::bench {

// One producing thread's side of a subject. Loops are the subject's own code, so that a call per
// event costs what it costs a user.
class Producer {
 public:
  virtual ~Producer() = default;
  // Takes `count` events.
  virtual void burst(std::uint64_t count) = 0;
  // The same, with the duration of each call.
  virtual void timed(const Ticks& ticks, std::uint32_t* durations, std::uint64_t count) = 0;
};

// Implements both by Derived::record(std::uint64_t number).
template <class Derived>
class ProducerOf : public Producer {
 public:
  void burst(std::uint64_t count) final {
    for (std::uint64_t i = 0; i < count; ++i) self().record(number_++);
  }
  void timed(const Ticks& ticks, std::uint32_t* durations, std::uint64_t count) final {
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t begin = ticks.now();
      self().record(number_++);
      durations[i] = static_cast<std::uint32_t>(ticks.now() - begin);
    }
  }

 private:
  Derived& self() noexcept { return static_cast<Derived&>(*this); }

  std::uint64_t number_ = 0;
};

class Subject {
 public:
  virtual ~Subject() = default;
  // Called on the producing thread; destroyed there, before the subject.
  virtual std::unique_ptr<Producer> producer() = 0;
  // Waits until the subject's own threads have nothing to do.
  virtual void settle() {}
  // Events that it refused or lost.
  virtual std::uint64_t lost() const { return 0; }
};

struct SubjectMaker {
  std::string name;
  std::string memory;  // where its events are stored: heap, ext4, tmpfs …
  // `directory` is empty, its own, and lies on that file system.
  std::function<std::unique_ptr<Subject>(const std::string& directory)> make;
  // Records long_text() of this size; measured only by the scenarios of that size. 0: the event
  // that every benchmark records.
  std::size_t text_bytes = 0;
};

// The subjects that were registered. A peer registers itself when the program starts:
//   const bool registered = trace::bench::add_subject({"peer", "heap", make_peer});
std::vector<SubjectMaker>& subjects();
bool add_subject(SubjectMaker maker);

}  // namespace trace::bench
