// SPDX-License-Identifier: Apache-2.0
// A name lookup that hangs: the system's resolver may block for half a minute, a send() must not.
//
// This executable has a getaddrinfo() of its own, which the dynamic linker gives to libcurl. It
// holds the name below until the test lets it go, and passes every other on to the system.
#include <dlfcn.h>
#include <doctest/doctest.h>
#include <netdb.h>

#include <cstring>
#include <future>
#include <latch>

#include "transport/sending.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Kind = SendResult::Kind;

namespace {

constexpr const char* hanging_name = "hangs.test";

struct Lookup {
  std::latch asked{1};
  std::latch released{1};
  std::latch ended{1};
};
std::atomic<Lookup*> current{nullptr};

}  // namespace

extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** result) {
  if (name != nullptr && std::strcmp(name, hanging_name) == 0) {
    Lookup* lookup = current.load();
    lookup->asked.count_down();
    lookup->released.wait();
    lookup->ended.count_down();
    return EAI_AGAIN;
  }
  using Function = decltype(&getaddrinfo);
  static const auto system = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return system(name, service, hints, result);
}

TEST_CASE("a lookup that hangs does not outlive the deadline") {
  static Lookup lookup;  // libcurl's thread may see it for a little longer
  current = &lookup;
  const auto transport =
      http::make_http_transport(options_for(std::string("http://") + hanging_name));
  const SampleBatch sample;
  const auto begin = Clock::now();
  const auto result = transport->send(sample.batch(), begin + 200ms);
  const auto took = Clock::now() - begin;
  lookup.released.count_down();
  CHECK(result.kind == Kind::retry_later);
  CHECK(lookup.asked.try_wait());
  CHECK(took >= 190ms);
  CHECK(took < 5s);
  lookup.ended.wait();
}

TEST_CASE("a lookup that hangs can be interrupted") {
  static Lookup lookup;  // libcurl's thread may see it for a little longer
  current = &lookup;
  const auto transport =
      http::make_http_transport(options_for(std::string("http://") + hanging_name));
  const SampleBatch sample;
  auto sending = std::async(std::launch::async,
                            [&] { return transport->send(sample.batch(), Clock::now() + 30s); });
  lookup.asked.wait();
  const auto begin = Clock::now();
  transport->interrupt();
  const auto result = sending.get();
  const auto took = Clock::now() - begin;
  lookup.released.count_down();
  CHECK(result.kind == Kind::interrupted);
  CHECK(took < 2s);
  lookup.ended.wait();
}
