#include "installation.hpp"

#include <string_view>
#include <system_error>

#include "pskd/base/error.hpp"

namespace fs = std::filesystem;

fs::path installation_folder() {
  std::error_code problem;
  const fs::path folder = fs::read_symlink("/proc/self/exe", problem).parent_path();
  if (problem) throw pskd::Error(pskd::ErrorKind::io, "/proc/self/exe: " + problem.message());
  return folder.filename() == "bin" ? folder.parent_path() : folder.parent_path().parent_path();  // libexec/pskd
}

fs::path shipped_configs() { return installation_folder() / "share" / "pskd" / "configs"; }

std::string file_or_shipped_config(const std::string& name) {
  std::error_code absent;
  if (fs::exists(name, absent) || name.empty()) return name;
  const std::string_view folder = "configs/";  // as examples write it, in whatever folder they are tried
  const bool as_in_examples = name.starts_with(folder) && !fs::exists(folder, absent);
  const std::string inner = as_in_examples ? name.substr(folder.size()) : name;
  const fs::path shipped = shipped_configs() / inner;
  for (const fs::path& file : {shipped, fs::path(shipped.string() + ".yaml")}) {
    if (fs::is_regular_file(file, absent)) return file.string();
  }
  return name;
}
