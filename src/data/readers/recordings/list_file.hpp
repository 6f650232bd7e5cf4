// A CSV file with names in its first line, as people and spreadsheets write lists: manifests and annotations.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pskd::data::readers {

/// Its lines; the header is the first that is not empty and says no separator. A text that a spreadsheet wrote may have
/// semicolons or tabs, and a first line `sep=;`.
class ListFile {
 public:
  /// Reads `file`, of whose columns `known` is one. Throws Error(data), which says what was `expected`, where there is
  /// no header.
  ListFile(std::filesystem::path file, const std::string& known, const std::string& expected);
  ListFile(const ListFile&) = delete;
  ListFile& operator=(const ListFile&) = delete;

  struct Row {
    std::size_t line = 0;  ///< from 1
    std::vector<std::string> fields;
  };
  /// The lines below the header, those that are empty left out. Throws Error(data) where one has another number of
  /// fields than the header.
  std::vector<Row> rows() const;

  /// The place of a column; the names that are asked for are the known ones.
  std::optional<std::size_t> find(const std::string& name);
  /// Throws Error(data) where there is no such column.
  std::size_t require(const std::string& name);
  /// Throws Error(data) naming a column that nobody asked for.
  void refuse_others() const;

  const std::filesystem::path& file() const { return file_; }

 private:
  [[noreturn]] void fail(const std::string& problem) const;
  void read_header();

  std::filesystem::path file_;
  std::string text_;
  std::vector<std::string_view> lines_;
  std::size_t header_ = 0;
  char separator_ = ',';
  std::vector<std::string> names_;
  std::vector<std::string> asked_;
};

}  // namespace pskd::data::readers
