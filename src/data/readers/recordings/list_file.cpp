#include "data/readers/recordings/list_file.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "config/node.hpp"
#include "data/file_error.hpp"
#include "data/formats/csv.hpp"
#include "data/formats/numbers.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;

// The separator of a header, of which a column is known: the first that shows it, else the one that it seems to have.
char separator_of(const fs::path& file, std::size_t line, std::string_view header, const std::string& known) {
  for (const char separator : {',', ';', '\t'}) {
    for (const std::string& name : formats::csv_fields(file, line, header, separator)) {
      if (stored_form(name) == known) return separator;
    }
  }
  const char found = formats::find_separator(header);
  return found == ' ' ? ',' : found;
}

}  // namespace

ListFile::ListFile(fs::path file, const std::string& known, const std::string& expected)
    : file_(std::move(file)), text_(formats::read_text(file_)), lines_(formats::lines_of(text_)) {
  std::optional<char> stated;
  for (; header_ < lines_.size(); ++header_) {
    const auto says = formats::stated_separator(lines_[header_]);
    if (says) stated = says;
    if (!says && !formats::is_empty_line(lines_[header_], ',')) break;
  }
  if (header_ == lines_.size()) fail_at_line(file_, 1, "expected a header: " + expected);
  separator_ = stated ? *stated : separator_of(file_, header_ + 1, lines_[header_], known);
  read_header();
}

void ListFile::read_header() {
  names_ = formats::csv_fields(file_, header_ + 1, lines_[header_], separator_);
  std::set<std::string> seen;
  for (std::string& name : names_) name = stored_form(name);
  while (names_.size() > 1 && names_.back().empty()) names_.pop_back();  // a separator at the end
  for (const std::string& name : names_) {
    if (!seen.insert(name).second) fail("found two columns called " + config::quoted(name));
  }
}

std::vector<ListFile::Row> ListFile::rows() const {
  std::vector<Row> rows;
  for (std::size_t line = header_ + 1; line < lines_.size(); ++line) {
    if (formats::is_empty_line(lines_[line], separator_)) continue;
    std::vector<std::string> fields = formats::csv_fields(file_, line + 1, lines_[line], separator_);
    while (fields.size() > names_.size() && fields.back().empty()) fields.pop_back();
    if (fields.size() != names_.size()) {
      fail_at_line(file_, line + 1,
                   "expected " + std::to_string(names_.size()) + " columns, found " + std::to_string(fields.size()));
    }
    rows.push_back({line + 1, std::move(fields)});
  }
  return rows;
}

std::optional<std::size_t> ListFile::find(const std::string& name) {
  if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) asked_.push_back(name);
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names_.begin());
}

std::size_t ListFile::require(const std::string& name) {
  const std::optional<std::size_t> found = find(name);
  if (!found) fail("expected a column " + name + config::did_you_mean(name, names_));
  return *found;
}

void ListFile::refuse_others() const {
  for (const std::string& name : names_) {
    if (std::find(asked_.begin(), asked_.end(), name) != asked_.end()) continue;
    fail("unknown column " + config::quoted(name) + ", expected some of " + joined(asked_) +
         config::did_you_mean(name, asked_));
  }
}

void ListFile::fail(const std::string& problem) const { fail_at_line(file_, header_ + 1, problem); }

}  // namespace pskd::data::readers
