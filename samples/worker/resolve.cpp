// SPDX-License-Identifier: Apache-2.0
#include "resolve.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t most_hosts = 10'000;
constexpr auto longest_lookup = 10s;

// Letters that a host name or address may have; with no others it needs no escaping anywhere.
void check_name(const std::string& host) {
  const bool good = host.size() <= 253 && host.find_first_not_of(
                                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "0123456789-._:") == std::string::npos;
  if (!good) throw std::runtime_error("not a host name: " + host.substr(0, 80));
}

std::vector<std::string> names_of(const std::string& hosts) {
  std::error_code ignored;
  std::string text = hosts;
  if (std::filesystem::is_regular_file(hosts, ignored)) {
    std::ifstream file(hosts);
    text.assign(std::istreambuf_iterator(file), {});
  }
  std::vector<std::string> names;
  constexpr std::string_view separators = ", \t\r\n";
  for (std::size_t begin = text.find_first_not_of(separators); begin != std::string::npos;) {
    const std::size_t end = text.find_first_of(separators, begin);
    names.push_back(text.substr(begin, end - begin));
    check_name(names.back());
    if (names.size() > most_hosts) throw std::runtime_error("more than 10,000 host names");
    begin = end == std::string::npos ? end : text.find_first_not_of(separators, end);
  }
  if (names.empty()) throw std::runtime_error("no host names in " + hosts);
  return names;
}

std::string address_of(const addrinfo& entry) {
  char text[NI_MAXHOST];
  const int problem =
      getnameinfo(entry.ai_addr, entry.ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
  if (problem != 0) throw std::runtime_error(gai_strerror(problem));
  return text;
}

std::vector<std::string> addresses_of(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;  // each address once
  addrinfo* found = nullptr;
  const int problem = getaddrinfo(host.c_str(), nullptr, &wanted, &found);
  if (problem == EAI_NONAME) return {};
#ifdef EAI_NODATA
  if (problem == EAI_NODATA) return {};
#endif
  if (problem != 0) throw std::runtime_error(host + ": " + gai_strerror(problem));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  std::vector<std::string> addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    addresses.push_back(address_of(*entry));
  }
  return addresses;
}

// getaddrinfo() cannot be interrupted: it runs on a thread of its own, which is left behind when
// nobody wants to wait for it any longer.
std::vector<std::string> look_up(const std::string& host, const std::stop_token& stop) {
  std::packaged_task<std::vector<std::string>()> task([host] { return addresses_of(host); });
  auto answer = task.get_future();
  std::thread(std::move(task)).detach();
  const auto deadline = Clock::now() + longest_lookup;
  while (answer.wait_for(20ms) != std::future_status::ready) {
    if (stop.stop_requested()) throw std::runtime_error("stopped while resolving " + host);
    if (Clock::now() > deadline) throw std::runtime_error(host + ": the resolver does not answer");
  }
  return answer.get();
}

std::string quoted(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "\"" : ",\"") + text + "\"";
  return out;
}

}  // namespace

std::string resolve(const std::string& hosts, std::stop_token stop, const OnResolved& on_resolved,
                    const OnBytes& on_bytes) {
  std::string results;
  int done = 0;
  int resolved = 0;
  for (const std::string& host : names_of(hosts)) {
    if (stop.stop_requested()) throw std::runtime_error("stopped before " + host);
    const std::vector<std::string> addresses = look_up(host, stop);
    on_bytes(fmt::format("{} {}\n", host, fmt::join(addresses, " ")));
    on_resolved(++done, host);
    if (!addresses.empty()) ++resolved;
    results += fmt::format("{}{{\"host\":\"{}\",\"addresses\":[{}]}}", results.empty() ? "" : ",",
                           host, quoted(addresses));
  }
  return fmt::format("{{\"hosts\":[{}],\"resolved\":{}}}", results, resolved);
}

std::string scanner_image() {
  const char* image = std::getenv("SCANNER_IMAGE");
  return image != nullptr && *image != '\0' ? image : "scanner:3";
}
