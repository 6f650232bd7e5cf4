#include "deploy/label_file.hpp"

#include <algorithm>
#include <string_view>

#include "config/node.hpp"
#include "data/formats/csv.hpp"
#include "data/formats/numbers.hpp"

namespace pskd::deploy {
namespace {

namespace formats = data::formats;

std::size_t column_of(const std::filesystem::path& file, const std::vector<std::string>& header, const char* name) {
  const auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end()) {
    formats::fail_at_line(file, 1, std::string("expected the columns file and label, found ") + config::joined(header));
  }
  return static_cast<std::size_t>(found - header.begin());
}

}  // namespace

LabelFile::LabelFile(const std::filesystem::path& file, const std::vector<std::string>& classes) {
  const std::string text = formats::read_text(file);
  const std::vector<std::string_view> lines = formats::lines_of(text);
  const std::vector<std::string> header = formats::csv_fields(file, 1, lines.empty() ? "" : lines.front(), ',');
  const std::size_t name = column_of(file, header, "file"), label = column_of(file, header, "label");
  for (std::size_t line = 1; line < lines.size(); ++line) {
    if (formats::trimmed(lines[line]).empty()) continue;
    const std::vector<std::string> fields = formats::csv_fields(file, line + 1, lines[line], ',');
    if (fields.size() != header.size()) {
      formats::fail_at_line(
          file, line + 1,
          "expected " + std::to_string(header.size()) + " columns, found " + std::to_string(fields.size()));
    }
    const auto known = std::find(classes.begin(), classes.end(), fields[label]);
    if (known == classes.end()) {
      formats::fail_at_line(
          file, line + 1,
          "the model knows no class " + config::quoted(fields[label]) + config::did_you_mean(fields[label], classes));
    }
    const int index = static_cast<int>(known - classes.begin());
    if (labels_.emplace(fields[name], index).first->second == index) continue;
    formats::fail_at_line(file, line + 1, config::quoted(fields[name]) + " has another label in a line before");
  }
}

std::optional<int> LabelFile::label_of(const std::filesystem::path& recording) const {
  for (const std::string& name : {recording.string(), recording.filename().string()}) {
    if (const auto found = labels_.find(name); found != labels_.end()) return found->second;
  }
  return std::nullopt;
}

}  // namespace pskd::deploy
