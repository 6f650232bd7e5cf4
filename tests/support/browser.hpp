// A real headless Chromium, driven through the DevTools protocol over a pipe: JSON messages, each ended by a zero byte.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

extern char** environ;

namespace pskd::testing {

/// Debian's `chromium`, if it is there.
inline std::filesystem::path find_chromium() {
  const char* path = std::getenv("PATH");
  std::string folders = path == nullptr ? "" : path;
  for (std::size_t end = 0; !folders.empty(); folders.erase(0, end == std::string::npos ? end : end + 1)) {
    end = folders.find(':');
    const auto program = std::filesystem::path(folders.substr(0, end)) / "chromium";
    if (std::filesystem::exists(program)) return program;
  }
  return {};
}

class Browser {
 public:
  explicit Browser(const std::filesystem::path& program) {
    std::signal(SIGPIPE, SIG_IGN);  // a browser that is gone is an exception here
    // Chromium reads commands from descriptor 3 and answers on 4: the pipe's own ends are moved out of their way.
    std::array<int, 2> commands{}, answers{};
    if (pipe(commands.data()) != 0 || pipe(answers.data()) != 0) throw std::runtime_error("no pipe");
    for (int* end : {&commands[0], &commands[1], &answers[0], &answers[1]}) {
      const int moved = fcntl(*end, F_DUPFD_CLOEXEC, 10);
      close(*end);
      *end = moved;
    }
    start(program, commands[0], answers[1]);
    close(commands[0]);
    close(answers[1]);
    write_ = commands[1];
    read_ = answers[0];
    const auto targets = call("Target.getTargets", {})["targetInfos"];
    for (const auto& target : targets) {
      if (target["type"] != "page") continue;
      session_ = call("Target.attachToTarget", {{"targetId", target["targetId"]}, {"flatten", true}})["sessionId"];
    }
    for (const char* domain : {"Runtime", "Log", "Network", "Page"}) call(std::string(domain) + ".enable", {});
  }
  ~Browser() {
    close(write_);  // ends the browser
    close(read_);
    waitpid(process_, nullptr, 0);
  }
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  /// Sends a command and returns its result; what the page reports meanwhile is kept in events().
  nlohmann::json call(const std::string& method, const nlohmann::json& parameters) {
    nlohmann::json message = {{"id", ++last_id_}, {"method", method}, {"params", parameters}};
    if (!session_.empty()) message["sessionId"] = session_;
    send(message.dump());
    while (true) {
      nlohmann::json answer = receive();
      if (answer.value("id", 0) != last_id_) {
        events_.push_back(answer);
        continue;
      }
      if (answer.contains("error")) throw std::runtime_error(method + ": " + answer["error"].dump());
      return answer["result"];
    }
  }

  /// The value of a JavaScript expression; a promise is waited for.
  nlohmann::json evaluate(const std::string& expression) {
    const auto result =
        call("Runtime.evaluate", {{"expression", expression}, {"returnByValue", true}, {"awaitPromise", true}});
    if (result.contains("exceptionDetails")) throw std::runtime_error(result["exceptionDetails"].dump());
    return result["result"].value("value", nlohmann::json());
  }

  void set_screen(int width, int height, bool phone, bool dark) {
    call("Emulation.setDeviceMetricsOverride",
         {{"width", width}, {"height", height}, {"deviceScaleFactor", phone ? 3 : 1}, {"mobile", phone}});
    call("Emulation.setEmulatedMedia",
         {{"features", {{{"name", "prefers-color-scheme"}, {"value", dark ? "dark" : "light"}}}}});
  }

  /// Opens a file and waits until it is loaded and its scripts have run.
  void open(const std::filesystem::path& file) { open_address("file://" + file.string()); }
  void open_address(const std::string& address) {
    const std::size_t seen = events_.size();
    call("Page.navigate", {{"url", address}});
    while (!has_event("Page.loadEventFired", seen)) events_.push_back(receive());
  }

  /// Among the events from number `first` on.
  bool has_event(const std::string& method, std::size_t first = 0) const {
    return std::any_of(events_.begin() + static_cast<std::ptrdiff_t>(first), events_.end(),
                       [&](const auto& event) { return event.value("method", "") == method; });
  }
  const std::vector<nlohmann::json>& events() const { return events_; }

  /// Since event number `first`, nothing was complained about, and nothing was asked for but what lies at `address`, a
  /// page or a folder, or what the page made itself.
  void expect_quiet(const std::string& address, std::size_t first = 0) const {
    for (std::size_t i = first; i < events_.size(); ++i) {
      const nlohmann::json& event = events_[i];
      const std::string method = event.value("method", "");
      EXPECT_NE(method, "Runtime.exceptionThrown") << event;
      EXPECT_NE(method, "Runtime.consoleAPICalled") << event;
      EXPECT_NE(method, "Log.entryAdded") << event;
      if (method != "Network.requestWillBeSent") continue;
      const std::string url = event["params"]["request"]["url"];
      EXPECT_TRUE(url.starts_with(address) || url.starts_with("blob:")) << url;
    }
    EXPECT_TRUE(has_event("Network.requestWillBeSent", first)) << "requests are seen at all";
  }

 private:
  void start(const std::filesystem::path& program, int commands, int answers) {
    std::vector<std::string> arguments = {program.string(),
                                          "--headless",
                                          "--no-sandbox",  // continuous integration runs as root
                                          "--disable-gpu",
                                          "--disable-quic",
                                          "--no-first-run",
                                          "--disable-background-networking",
                                          "--disable-component-update",
                                          "--disable-sync",
                                          "--remote-debugging-pipe",
                                          "--user-data-dir=" + profile_.path().string(),
                                          "about:blank"};
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, commands, 3);
    posix_spawn_file_actions_adddup2(&actions, answers, 4);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);  // complaints about a missing desktop
    const int failure = posix_spawn(&process_, program.c_str(), &actions, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) throw std::runtime_error("cannot start " + program.string());
  }

  void send(std::string message) {
    message += '\0';
    for (std::size_t sent = 0; sent < message.size();) {
      const ssize_t written = write(write_, message.data() + sent, message.size() - sent);
      if (written <= 0) throw std::runtime_error("the browser is gone");
      sent += static_cast<std::size_t>(written);
    }
  }

  nlohmann::json receive() {
    std::size_t end = received_.find('\0');
    while (end == std::string::npos) {
      pollfd waiting{read_, POLLIN, 0};
      if (poll(&waiting, 1, kPatience) <= 0) throw std::runtime_error("the browser does not answer");
      std::array<char, 65536> buffer;
      const ssize_t got = read(read_, buffer.data(), buffer.size());
      if (got <= 0) throw std::runtime_error("the browser is gone");
      received_.append(buffer.data(), static_cast<std::size_t>(got));
      end = received_.find('\0');
    }
    auto message = nlohmann::json::parse(received_.substr(0, end));
    received_.erase(0, end + 1);
    return message;
  }

  static constexpr int kPatience = 120'000;  ///< ms, for a busy machine; only a hang meets it

  TemporaryFolder profile_;
  pid_t process_ = -1;
  int write_ = -1, read_ = -1, last_id_ = 0;
  std::string session_, received_;
  std::vector<nlohmann::json> events_;
};

}  // namespace pskd::testing

/// Inside a test: `program` becomes the browser, or the test is skipped; with PSKD_REQUIRE_REAL_DATA it fails instead.
#define PSKD_CHROMIUM_OR_SKIP(program)                                                                      \
  const std::filesystem::path program = pskd::testing::find_chromium();                                     \
  if (program.empty()) {                                                                                    \
    ASSERT_EQ(std::getenv("PSKD_REQUIRE_REAL_DATA"), nullptr) << "a browser is required: install chromium"; \
    GTEST_SKIP() << "there is no chromium to open the page in (Debian's package chromium)";                 \
  }
