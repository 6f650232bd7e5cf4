// Python's plain web server, for a folder.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

extern char** environ;

namespace pskd::testing {

class WebServer {
 public:
  explicit WebServer(const std::filesystem::path& folder) {
    std::array<int, 2> said{};
    if (pipe2(said.data(), O_CLOEXEC) != 0) return;
    std::vector<std::string> arguments = {"python3", "-u",        "-m",          "http.server",  "0",
                                          "--bind",  "127.0.0.1", "--directory", folder.string()};
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, said[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);  // a line a request
    if (posix_spawnp(&process_, "python3", &actions, nullptr, pointers.data(), environ) != 0) process_ = -1;
    posix_spawn_file_actions_destroy(&actions);
    close(said[1]);
    std::string line;
    for (char c = 0; read(said[0], &c, 1) == 1 && c != '\n';) line += c;
    close(said[0]);
    // "Serving HTTP on 127.0.0.1 port 40123 (http://127.0.0.1:40123/) ..."
    const std::size_t begin = line.find('('), end = line.find(')');
    if (end != std::string::npos) address_ = line.substr(begin + 1, end - begin - 1);
  }
  ~WebServer() {
    if (process_ < 0) return;
    kill(process_, SIGTERM);
    waitpid(process_, nullptr, 0);
  }
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  /// http://127.0.0.1:<port>/; empty where there is no python3.
  const std::string& address() const { return address_; }

 private:
  pid_t process_ = -1;
  std::string address_;
};

}  // namespace pskd::testing
