#include "installation.hpp"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <vector>

#include "config/node.hpp"
#include "pskd/base/error.hpp"

namespace fs = std::filesystem;

fs::path installation_folder() {
  std::error_code problem;
  const fs::path folder = fs::read_symlink("/proc/self/exe", problem).parent_path();
  if (problem) throw pskd::Error(pskd::ErrorKind::io, "/proc/self/exe: " + problem.message());
  return folder.filename() == "bin" ? folder.parent_path() : folder.parent_path().parent_path();  // libexec/pskd
}

fs::path shipped_configs() { return installation_folder() / "share" / "pskd" / "configs"; }

namespace {

constexpr std::string_view kConfigs = "configs/";  // as examples write it, in whatever folder they are tried

}  // namespace

std::string file_or_shipped_config(const std::string& name) {
  std::error_code absent;
  if (fs::exists(name, absent) || name.empty()) return name;
  const bool as_in_examples = name.starts_with(kConfigs) && !fs::exists(kConfigs, absent);
  const std::string inner = as_in_examples ? name.substr(kConfigs.size()) : name;
  const fs::path shipped = shipped_configs() / inner;
  for (const fs::path& file : {shipped, fs::path(shipped.string() + ".yaml")}) {
    if (fs::is_regular_file(file, absent)) return file.string();
  }
  return name;
}

std::string config_problem(const std::string& name) {
  std::error_code absent;
  if (fs::is_directory(name, absent)) return name + " is a folder; expected a config, a file";
  if (fs::exists(name, absent)) return "";
  std::vector<std::string> shipped;
  for (const auto& entry : fs::recursive_directory_iterator(shipped_configs(), absent)) {
    if (entry.is_regular_file())
      shipped.push_back(entry.path().lexically_relative(shipped_configs()).replace_extension());
  }
  std::sort(shipped.begin(), shipped.end());
  const std::string asked =
      fs::path(name.starts_with(kConfigs) ? name.substr(kConfigs.size()) : name).replace_extension();
  return "there is no file " + name + ", and no config of that name is shipped" +
         pskd::config::did_you_mean(asked, shipped);
}
