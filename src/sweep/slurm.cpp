#include "sweep/slurm.hpp"

#include <spdlog/fmt/fmt.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>

#include "base/file.hpp"
#include "base/text.hpp"
#include "pskd/base/error.hpp"

namespace pskd::sweep {
namespace {

namespace fs = std::filesystem;

constexpr const char* kJobFile = "job";
constexpr const char* kTasksFile = "tasks.txt";

/// In a line of #SBATCH, where % stands before what Slurm fills in.
std::string slurm_quoted(const std::string& path) {
  std::string quoted;
  for (const char letter : path) {
    if (letter == '"' || letter == '\\') quoted += '\\';
    quoted += letter == '%' ? "%%" : std::string(1, letter);
  }
  return quoted;
}

/// A path that the script may name. A newline would begin a line of its own in it, and end a comment of #SBATCH.
std::string plain_path(const fs::path& path) {
  if (has_control_characters(path.string())) {
    throw Error(ErrorKind::usage, "Slurm's script cannot name " + escaped_for_line(path.string()) +
                                      ": expected a path without control characters; use another folder");
  }
  return path.string();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// What a program of Slurm's prints. Throws Error(usage) when it is missing or fails.
std::string output_of(const std::string& program, const std::string& arguments) {
  std::string output;
  FILE* pipe = ::popen(("exec " + program + " " + arguments + " 2>&1 < /dev/null").c_str(), "r");
  if (pipe == nullptr) throw Error(ErrorKind::io, "cannot start " + program);
  std::array<char, 4096> buffer{};
  while (const std::size_t read = std::fread(buffer.data(), 1, buffer.size(), pipe)) output.append(buffer.data(), read);
  const int status = ::pclose(pipe);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return output;
  constexpr int kNotFound = 127;  // a shell's word for it
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotFound) {
    throw Error(ErrorKind::usage, "Slurm's " + program +
                                      " cannot be run: it is not on the PATH; are Slurm's client programs "
                                      "installed here?");
  }
  throw Error(ErrorKind::usage, program + " " + arguments + ": Slurm refuses; it says:\n" + output);
}

std::string script(const SlurmArray& array, const fs::path& folder) {
  std::vector<std::string> options = {
      fmt::format("job-name=\"{}\"", slurm_quoted(array.name)),
      fmt::format("array=1-{}{}", array.tasks.size(), array.limit > 0 ? fmt::format("%{}", array.limit) : ""),
      "ntasks=1",
      "cpus-per-task=1",
      "requeue",
      "open-mode=append",  // a task that starts again goes on in its file
      "signal=B:TERM@60",  // a minute before the time limit, for the program to save
      fmt::format("output=\"{}/%a.out\"", slurm_quoted(plain_path(folder))),
  };
  if (!array.after.empty()) options.push_back("dependency=afterany:" + array.after);
  std::string text = "#!/bin/sh\n";
  for (const std::string& option : options) text += fmt::format("#SBATCH --{}\n", option);
  text +=
      "# Written by pskd sweep --launcher slurm: task n of the array trains the run and seed in line n of tasks.txt.\n";
  text += fmt::format("set -eu\ncd {}\n", shell_word(plain_path(fs::current_path())));
  if (const char* root = std::getenv("PSKD_DATA_ROOT")) {
    text += fmt::format("export PSKD_DATA_ROOT={}\n", shell_word(plain_path(root)));
  }
  text += fmt::format("task=$(sed -n \"${{SLURM_ARRAY_TASK_ID}}{{s/ .*//;p}}\" {})\n",
                      shell_word(plain_path(folder / kTasksFile)));
  text += "# In this shell's place, so that Slurm's signals reach the program.\nexec";
  for (const std::string& word : array.program) text += fmt::format(" {}", shell_word(word));
  return text + " --only \"${task:?has no line in tasks.txt}\"\n";
}

/// By job id, the folders of what was submitted.
std::map<std::string, fs::path> submissions(const fs::path& folder) {
  std::map<std::string, fs::path> found;
  if (!fs::is_directory(folder)) return found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const fs::path file = entry.path() / kJobFile;
    if (!fs::exists(file)) continue;
    const std::vector<std::string> lines = lines_of(read_file(file));
    if (!lines.empty()) found[lines.front()] = entry.path();
  }
  return found;
}

/// The first that is free. One without the job's id is not: Slurm may have accepted it all the same.
fs::path next_folder(const fs::path& folder) {
  for (int number = 1;; ++number) {
    fs::path next = folder / std::to_string(number);
    if (!fs::exists(next)) return next;
  }
}

/// sbatch --parsable prints "id" or "id;cluster", and may warn in other lines.
std::string job_id(const std::string& output) {
  for (const std::string& line : lines_of(output)) {
    std::string id = line.substr(0, line.find(';'));
    if (!id.empty() && id.find_first_not_of("0123456789") == std::string::npos) return id;
  }
  throw Error(ErrorKind::usage, "sbatch: expected the id of the job it accepted, found:\n" + output);
}

}  // namespace

std::string submit_array(const SlurmArray& array, const fs::path& folder) {
  const fs::path own = next_folder(full_path(folder));
  const std::string text = script(array, own);
  write_file_atomically(own / kTasksFile, fmt::format("{}\n", fmt::join(array.tasks, "\n")));
  write_file_atomically(own / "array.sh", text);
  std::string output;
  try {
    output = output_of("sbatch", "--parsable " + shell_word((own / "array.sh").string()));
  } catch (const Error&) {
    fs::remove_all(own);  // nothing was accepted
    throw;
  }
  std::string id = job_id(output);
  write_file_atomically(own / kJobFile, id + "\n");
  return id;
}

std::set<std::string> tasks_in_slurm(const fs::path& folder) {
  const std::map<std::string, fs::path> submitted = submissions(folder);
  std::set<std::string> tasks;
  if (submitted.empty()) return tasks;
  for (const std::string& line : lines_of(output_of("squeue", "--me --noheader --array --format=%F_%K"))) {
    const std::size_t mark = line.find('_');
    const auto own = submitted.find(line.substr(0, mark));
    if (own == submitted.end()) continue;
    const std::vector<std::string> names = lines_of(read_file(own->second / kTasksFile));
    const std::size_t task = std::strtoul(line.c_str() + mark + 1, nullptr, 10);
    if (1 <= task && task <= names.size()) tasks.insert(names[task - 1]);  // else another job has the id by now
  }
  return tasks;
}

}  // namespace pskd::sweep
