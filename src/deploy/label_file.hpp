// What recordings show, as a user's table says: a CSV file with the columns `file` and `label`.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pskd::deploy {

class LabelFile {
 public:
  /// Labels are names of `classes`. Throws Error(data) naming file and line: a column that is missing, a label that is
  /// none of the classes, a file that is named twice with different labels. Error(io).
  LabelFile(const std::filesystem::path& file, const std::vector<std::string>& classes);

  /// The label of a recording, which the table names by its path, as it was given, or by its file's name; nothing where
  /// it is not in the table.
  std::optional<int> label_of(const std::filesystem::path& recording) const;

 private:
  std::map<std::string, int> labels_;
};

}  // namespace pskd::deploy
