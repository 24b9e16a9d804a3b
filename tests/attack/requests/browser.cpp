// SPDX-License-Identifier: Apache-2.0
#include "attack/requests/browser.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace trace::testing {
namespace {

Command command_of(const std::string& program, const std::string& profile, const std::string& url) {
  return {
      .argv = {program, "--headless=new", "--user-data-dir=" + profile,
               "--host-resolver-rules=MAP evil.example 127.0.0.1, MAP * ~NOTFOUND, "
               "EXCLUDE 127.0.0.1, EXCLUDE localhost",
               "--no-proxy-server", "--disable-background-networking", "--disable-component-update",
               "--disable-default-apps", "--disable-dev-shm-usage", "--disable-extensions",
               "--disable-gpu", "--disable-sync", "--no-first-run",
               // The sandbox needs rights that containers withhold, and what is opened is the
               // test's own page.
               "--no-sandbox", url},
      .env = {{"HOME", profile}}};
}

}  // namespace

std::optional<std::string> Browser::find() {
  const char* path = std::getenv("PATH");
  for (const std::string name : {"chromium", "chromium-browser", "google-chrome"}) {
    std::istringstream directories(path == nullptr ? "" : path);
    for (std::string directory; std::getline(directories, directory, ':');) {
      const std::filesystem::path program = std::filesystem::path(directory) / name;
      if (access(program.c_str(), X_OK) == 0) return program.string();
    }
  }
  return std::nullopt;
}

Browser::Browser(const std::string& program, const std::string& url)
    : child_(command_of(program, profile_.path().string(), url)) {}

}  // namespace trace::testing
