// The lines of a text file, however large it is.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pskd::data::formats {

/// A text file of which no more than a piece is in memory at once.
class TextFile {
 public:
  /// Reads the first piece. Throws as read_text does; what comes later is checked when it is read.
  explicit TextFile(std::filesystem::path file);
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;

  /// The lines of the first piece: many thousands, or all.
  const std::vector<std::string_view>& beginning() const { return lines_; }

  /// Calls `use` with the number, from 0, of each line and the line, until it returns false or there is no more. A
  /// large file is read again. Throws Error(data) where it is not UTF-8.
  void each_line(const std::function<bool(std::size_t, std::string_view)>& use) const;

 private:
  std::filesystem::path file_;
  std::string text_;       // of whole lines, unless it is all
  std::size_t taken_ = 0;  // bytes of the file that are in text_ or left out before it
  bool whole_ = true;
  std::vector<std::string_view> lines_;
};

}  // namespace pskd::data::formats
