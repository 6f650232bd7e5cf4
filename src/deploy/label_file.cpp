#include "deploy/label_file.hpp"

#include <algorithm>

#include "config/node.hpp"
#include "data/file_error.hpp"
#include "data/readers/recordings/list_file.hpp"

namespace pskd::deploy {

LabelFile::LabelFile(const std::filesystem::path& file, const std::vector<std::string>& classes) {
  using data::fail_at_line;
  data::readers::ListFile list(file, "file", "the columns file and label");
  const std::size_t name = list.require("file"), label = list.require("label");
  for (const auto& [line, fields] : list.rows()) {
    const auto known = std::find(classes.begin(), classes.end(), fields[label]);
    if (known == classes.end()) {
      fail_at_line(
          file, line,
          "the model knows no class " + config::quoted(fields[label]) + config::did_you_mean(fields[label], classes));
    }
    const int index = static_cast<int>(known - classes.begin());
    if (labels_.emplace(fields[name], index).first->second == index) continue;
    fail_at_line(file, line, config::quoted(fields[name]) + " has another label in a line before");
  }
}

std::optional<int> LabelFile::label_of(const std::filesystem::path& recording) const {
  for (const std::string& name : {recording.string(), recording.filename().string()}) {
    if (const auto found = labels_.find(name); found != labels_.end()) return found->second;
  }
  return std::nullopt;
}

}  // namespace pskd::deploy
