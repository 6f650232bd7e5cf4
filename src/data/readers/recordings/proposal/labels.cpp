#include "data/readers/recordings/proposal/labels.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/unicode.hpp"
#include "data/formats/text_table.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

// What a column of labels may say where nothing was done.
bool means_no_label(const std::string& label) {
  constexpr std::array kWords = {"none",      "null",      "nan",        "na",       "unknown",
                                 "undefined", "unlabeled", "unlabelled", "transient"};
  return std::find(kWords.begin(), kWords.end(), compared_form(label)) != kWords.end();
}

// Reads what the files of a stream say in their column of labels. Files that cannot be read are left out.
void read_labels(const fs::path& root, FoundStream& stream, Names& left_out) {
  formats::TableDescription table = stream.look.table;
  table.columns = stream.look.columns;
  for (auto file = stream.files.begin(); file != stream.files.end();) {
    try {
      const auto read = formats::read_text_table(root / file->second, table, table.columns.size());
      for (const formats::LabelRun& run : read.labels) stream.labels.insert(stored_form(run.label));
      ++file;
    } catch (const Error& error) {
      left_out.push_back(error.what());
      file = stream.files.erase(file);
    }
  }
  stream.labels.erase("");
}

}  // namespace

const FoundStream* labeled_stream(const std::vector<FoundStream>& streams) {
  const auto found = std::find_if(streams.begin(), streams.end(),
                                  [](const FoundStream& stream) { return !stream.look.table.label.empty(); });
  return found == streams.end() ? nullptr : &*found;
}

void find_labels(const fs::path& root, bool annotated, std::vector<FoundStream>& streams, Names& left_out) {
  for (FoundStream& stream : streams) {
    std::string& label = stream.look.table.label;
    const bool is_first = labeled_stream(streams) == &stream;
    if (annotated || stream.name == kSkeleton || !is_first) label.clear();
    if (label.empty()) continue;
    read_labels(root, stream, left_out);
    if (std::all_of(stream.labels.begin(), stream.labels.end(), means_no_label)) label.clear();
  }
}

std::vector<std::string> classes_of(const FoundStream& stream) {
  Names classes;
  std::remove_copy_if(stream.labels.begin(), stream.labels.end(), std::back_inserter(classes), means_no_label);
  return classes;
}

void add_labels(const FoundStream& stream, Lines& lines) {
  if (stream.look.table.label.empty()) return;
  lines.add("label", yaml_text(stream.look.table.label));
  Names no_label;
  for (const std::string& label : stream.labels) {
    if (means_no_label(label)) no_label.push_back(label);
  }
  if (!no_label.empty()) lines.add("no_label", yaml_list(no_label, true));
}

}  // namespace pskd::data::readers
