#include "config/finalized.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

#include "config/http_url.hpp"
#include "config/settings.hpp"

namespace trace::detail::config {
namespace {

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

// Why a file cannot be read, or an empty text.
std::string file_fault(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0 || access(path.c_str(), R_OK) != 0) {
    return path + " cannot be read: " + std::strerror(errno);
  }
  return S_ISDIR(info.st_mode) ? path + " is a directory" : std::string();
}

// Collects what is wrong; one function per group of settings that belong together.
class Check {
 public:
  explicit Check(const Config& config) : config_(config), errors_(config.unreadable) {}

  std::vector<FieldError> run() {
    check_texts();
    check_endpoint();
    check_credentials();
    check_files();
    check_ranges();
    return std::move(errors_);
  }

 private:
  // Names the field in both spellings, because nobody knows here which one was used.
  void note(std::string_view field, std::string rule) {
    const auto known = std::find_if(settings().begin(), settings().end(),
                                    [&](const Setting& s) { return s.field == field; });
    std::string name(field);
    if (known != settings().end()) name.append(" (").append(known->environment).append(")");
    errors_.push_back({std::move(name), std::move(rule)});
  }

  // A line break or NUL in a path, URL or header value never means what it says.
  void check_texts() {
    for (const Setting& setting : settings()) {
      const auto* const member = std::get_if<std::string Config::*>(&setting.member);
      if (member != nullptr && has_control_character(config_.**member)) {
        note(setting.field, "must not contain control characters, such as a newline at its end");
      }
    }
  }

  void check_endpoint() {
    if (config_.transport == "http") {
      if (auto fault = http_url_fault(config_.endpoint); !fault.empty()) note("endpoint", fault);
    } else if (config_.transport == "file") {
      check_file_endpoint();
    } else {
      note("transport", "must be http or file, not \"" + config_.transport + '"');
    }
    if (config_.proxy.find(' ') != std::string::npos) note("proxy", "must not contain spaces");
    if (config_.unix_socket.size() >= sizeof(sockaddr_un::sun_path)) {
      note("unix_socket",
           "must be shorter than " + std::to_string(sizeof(sockaddr_un::sun_path)) + " bytes");
    }
  }

  void check_file_endpoint() {
    const std::string& path = config_.endpoint;
    struct stat info {};
    if (path.empty() || path.find("://") != std::string::npos) {
      note("endpoint", "must be the path of a file for the file transport");
    } else if (stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
      note("endpoint", path + " is a directory; name a file for the file transport");
    }
  }

  void check_credentials() {
    if (!config_.token.empty() && !config_.token_file.empty()) {
      note("token", "must not be set together with token_file");
    }
    if (config_.client_certificate_file.empty() != config_.client_key_file.empty()) {
      note(config_.client_key_file.empty() ? "client_key_file" : "client_certificate_file",
           "is required: client_certificate_file and client_key_file belong together");
    }
  }

  void check_files() {
    check_file("token_file", config_.token_file);
    check_file("ca_file", config_.ca_file);
    check_file("client_certificate_file", config_.client_certificate_file);
    check_file("client_key_file", config_.client_key_file);
  }

  void check_file(std::string_view field, const std::string& path) {
    if (path.empty()) return;
    if (auto fault = file_fault(path); !fault.empty()) note(field, std::move(fault));
  }

  void check_ranges() {
    for (const Setting& setting : settings()) {
      if (auto fault = range_fault(setting, config_); !fault.empty()) {
        note(setting.field, std::move(fault));
      }
    }
  }

  const Config& config_;
  std::vector<FieldError> errors_;
};

// The working directory may change after the start, the journal may not.
std::string resolved_journal_dir(const Config& config, const Environment& environment) {
  if (config.journal_dir.empty()) return default_journal_dir(environment);
  std::error_code failed;
  const auto absolute = std::filesystem::absolute(config.journal_dir, failed);
  return failed ? config.journal_dir : absolute.lexically_normal().string();
}

}  // namespace

std::vector<std::string> FinalizedConfig::split(std::string_view names) {
  std::vector<std::string> all;
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(','), names.size());
    std::string_view name = names.substr(0, end);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (!name.empty()) all.emplace_back(name);
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return all;
}

Result<FinalizedConfig> finalize(Config config, const Environment& environment) {
  std::vector<FieldError> errors = Check(config).run();
  if (!errors.empty()) return Error(std::move(errors));
  std::string journal_dir = resolved_journal_dir(config, environment);
  return FinalizedConfig(std::move(config), std::move(journal_dir));
}

}  // namespace trace::detail::config
