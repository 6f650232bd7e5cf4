// Who did what, from the names of files.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace pskd::data::readers {

/// What the name of a file says.
struct NamedRecording {
  std::string subject = "1", label = {}, trial = "1";  ///< no label: the pattern has none
};

/// A pattern of file names such as "{label}_s{subject}_t{trial}", where {anything} stands for what does not matter. It
/// fits the path below the data set's folder, without its ending.
class NamePattern {
 public:
  /// Throws Error(usage) unless {label} or {subject} is in it, each part at most once, and no other part.
  explicit NamePattern(std::string text);

  const std::string& text() const { return text_; }
  bool has_label() const { return text_.find("{label}") != std::string::npos; }
  /// Whether a letter or word before the subject says that it is one, as in s01.
  bool announces_subject() const { return announces("{subject}"); }
  bool announces_trial() const { return announces("{trial}"); }
  std::optional<NamedRecording> match(const std::string& name) const;

 private:
  bool announces(const std::string& part) const;

  std::string text_;
};

/// Whether a word says which person it is by a number, as s01, P2 and user3 do.
bool names_person(const std::string& word);

/// The pattern that fits all `names` best: one of the usual ones, with at least two labels; nothing where none fits.
std::optional<NamePattern> propose_pattern(const std::vector<std::string>& names);

/// The same for names that say only who it is, such as "p1" and "p2", because another file says who did what.
std::optional<NamePattern> propose_subject_pattern(const std::vector<std::string>& names);

}  // namespace pskd::data::readers
