// A Slurm of its own for one test: munged, slurmctld and slurmd on loopback, one node of two CPUs, everything they keep
// in a temporary folder. No service of the system is used, and nothing is left behind.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <ranges>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::testing {

/// Asks again and again; false when it did not come to hold in the time.
inline bool comes_true(std::chrono::seconds time, const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return true;
}

class SlurmCluster {
 public:
  SlurmCluster() {
    setenv("SLURM_CONF", path("slurm.conf").c_str(), 1);
    // What daemons leave running, such as the keeper of a job, becomes a child of this process and can be ended.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    write_files();
    start({"munged", "--foreground", "--force", "--num-threads=1", "--socket=" + path("munge.socket"),
           "--key-file=" + path("munge.key"), "--pid-file=" + path("munged.pid"), "--seed-file=" + path("munged.seed"),
           "--log-file=" + path("munged.log")});
    EXPECT_TRUE(comes_true(std::chrono::seconds(30), [&] { return std::filesystem::exists(path("munge.socket")); }));
    start({"slurmctld", "-D"});
    start({"slurmd", "-D"});
    EXPECT_TRUE(comes_true(std::chrono::seconds(60), [] {
      return run("sinfo --noheader --format=%T").output == "idle\n";
    })) << logs();
  }

  ~SlurmCluster() {
    run("scancel --me");
    comes_true(std::chrono::seconds(30), [] { return run("squeue --noheader").output.empty(); });
    for (const pid_t daemon : daemons_ | std::views::reverse) end(daemon);
    while (const pid_t child = any_child()) end(child);
  }
  SlurmCluster(const SlurmCluster&) = delete;
  SlurmCluster& operator=(const SlurmCluster&) = delete;

  /// Whether its programs are here.
  static bool is_installed() {
    setenv("PATH", (std::string(getenv("PATH")) + ":/usr/sbin:/sbin").c_str(), 1);
    return run("which munged slurmctld slurmd sbatch squeue scancel scontrol").code == 0;
  }

  static Finished run(const std::string& command) { return run_command(command); }

  std::string logs() const {
    std::ostringstream text;
    for (const char* name : {"munged.log", "slurmctld.log", "slurmd.log"}) {
      text << "---- " << name << '\n' << std::ifstream(path(name)).rdbuf();
    }
    return text.str();
  }

 private:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  static int free_port() {
    const int socket_number = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(socket_number, reinterpret_cast<sockaddr*>(&address), size), 0);
    getsockname(socket_number, reinterpret_cast<sockaddr*>(&address), &size);
    close(socket_number);
    return ntohs(address.sin_port);
  }

  void write_files() const {
    std::ofstream(path("munge.key")) << std::string(64, 'k');
    chmod(path("munge.key").c_str(), 0600);
    for (const char* name : {"state", "spool"}) std::filesystem::create_directory(folder_ / name);
    char host[256] = {};
    gethostname(host, sizeof(host) - 1);
    const std::string name = std::string(host).substr(0, std::string(host).find('.'));
    const std::string user = getpwuid(geteuid())->pw_name;
    std::ofstream(path("slurm.conf"))
        << "ClusterName=pskd-test\nSlurmctldHost=" << name << "(127.0.0.1)\n"
        << "SlurmctldPort=" << free_port() << "\nSlurmdPort=" << free_port() << '\n'
        << "SlurmUser=" << user << "\nSlurmdUser=" << user
        << '\n'
        // cred_expire is also how long a requeued job waits.
        << "AuthType=auth/munge\nCryptoType=crypto/munge\nAuthInfo=socket=" << path("munge.socket")
        << ",cred_expire=5\n"
        << "ProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\nMpiDefault=none\n"
        << "JobAcctGatherType=jobacct_gather/none\nAccountingStorageType=accounting_storage/none\n"
        << "SelectType=select/cons_tres\nSelectTypeParameters=CR_CPU\nReturnToService=2\n"
        << "SlurmdParameters=config_overrides\n"  // two CPUs, whatever the machine has
        << "StateSaveLocation=" << path("state") << "\nSlurmdSpoolDir=" << path("spool") << '\n'
        << "SlurmctldPidFile=" << path("slurmctld.pid") << "\nSlurmdPidFile=" << path("slurmd.pid") << '\n'
        << "SlurmctldLogFile=" << path("slurmctld.log") << "\nSlurmdLogFile=" << path("slurmd.log") << '\n'
        << "NodeName=" << name << " NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN\n"
        << "PartitionName=all Nodes=" << name << " Default=YES MaxTime=INFINITE State=UP\n";
  }

  void start(std::vector<std::string> words) {
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
      setpgid(0, 0);
      prctl(PR_SET_PDEATHSIG, SIGTERM);
      if (freopen("/dev/null", "w", stdout) == nullptr || freopen("/dev/null", "w", stderr) == nullptr) _exit(126);
      execvp(pointers[0], pointers.data());
      _exit(127);
    }
    daemons_.push_back(child);
  }

  static void end(pid_t child) {
    kill(child, SIGTERM);
    if (!comes_true(std::chrono::seconds(10), [&] { return waitpid(child, nullptr, WNOHANG) != 0; })) {
      kill(child, SIGKILL);
      waitpid(child, nullptr, 0);
    }
  }

  static pid_t any_child() {
    pid_t child = 0;
    std::ifstream("/proc/self/task/" + std::to_string(gettid()) + "/children") >> child;
    return child;
  }

  TemporaryFolder folder_;
  std::vector<pid_t> daemons_;
};

}  // namespace pskd::testing
