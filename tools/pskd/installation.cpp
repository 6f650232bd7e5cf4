#include "installation.hpp"

#include <system_error>

#include "pskd/base/error.hpp"

namespace fs = std::filesystem;

fs::path installation_folder() {
  std::error_code problem;
  const fs::path folder = fs::read_symlink("/proc/self/exe", problem).parent_path();
  if (problem) throw pskd::Error(pskd::ErrorKind::io, "/proc/self/exe: " + problem.message());
  return folder.filename() == "bin" ? folder.parent_path() : folder.parent_path().parent_path();  // libexec/pskd
}

std::string file_or_shipped_config(const std::string& name) {
  std::error_code absent;
  if (fs::exists(name, absent) || name.empty()) return name;
  const fs::path shipped = installation_folder() / "share" / "pskd" / "configs" / name;
  for (const fs::path& file : {shipped, fs::path(shipped.string() + ".yaml")}) {
    if (fs::is_regular_file(file, absent)) return file.string();
  }
  return name;
}
