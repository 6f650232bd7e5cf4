#include "data/readers/recordings/proposal/name_pattern.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>
#include <set>
#include <string_view>
#include <utility>

#include "config/node.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data::readers {
namespace {

constexpr std::array<std::string_view, 4> kParts = {"label", "subject", "trial", "anything"};

// A piece of a pattern: a part, or a literal text.
struct Piece {
  std::string_view text;
  bool part = false;
};

std::vector<Piece> pieces_of(std::string_view pattern) {
  std::vector<Piece> pieces;
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('{');
    const std::size_t close = pattern.find('}', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) {
      pieces.push_back({pattern, false});
      break;
    }
    if (open > 0) pieces.push_back({pattern.substr(0, open), false});
    pieces.push_back({pattern.substr(open + 1, close - open - 1), true});
    pattern.remove_prefix(close + 1);
  }
  return pieces;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// Whether `value` may stand for a part. A label is a name, and no part but {anything} goes over folders.
bool may_be(std::string_view part, std::string_view value) {
  if (value.empty()) return false;
  if (part == "anything") return true;
  if (value.find('/') != std::string_view::npos) return false;
  return part != "trial" || is_number(value);
}

void assign(NamedRecording& named, std::string_view part, std::string_view value) {
  if (part == "label") named.label = value;
  if (part == "subject") named.subject = value;
  if (part == "trial") named.trial = value;
}

// Fits the pieces from `at` on to the whole of `name`, the shortest values first.
bool fit(const std::vector<Piece>& pieces, std::size_t at, std::string_view name, NamedRecording& named) {
  if (at == pieces.size()) return name.empty();
  const Piece& piece = pieces[at];
  if (!piece.part) return name.starts_with(piece.text) && fit(pieces, at + 1, name.substr(piece.text.size()), named);
  for (std::size_t length = 1; length <= name.size(); ++length) {
    if (!may_be(piece.text, name.substr(0, length)) || !fit(pieces, at + 1, name.substr(length), named)) continue;
    assign(named, piece.text, name.substr(0, length));
    return true;
  }
  return false;
}

// What a pattern makes of names, all of which it fits.
struct Reading {
  std::size_t labels = 0, subjects = 0;
  bool subjects_are_numbers = false;
};

// Nothing where it says nothing of them.
std::optional<Reading> reading_of(const NamePattern& pattern, const std::vector<std::string>& names) {
  std::set<std::string> labels;
  std::set<std::string> subjects;
  for (const std::string& name : names) {
    const auto named = pattern.match(name);
    if (!named || is_number(named->label)) return std::nullopt;
    labels.insert(named->label);
    subjects.insert(named->subject);
  }
  if (labels.size() < 2 || labels.size() * 2 > names.size()) return std::nullopt;
  return Reading{labels.size(), subjects.size(), std::all_of(subjects.begin(), subjects.end(), is_number)};
}

// How good a pattern is; `fewest`: labels of any that tells people apart. One that announces a person, as s01 in
// s01_walk_2, is better than one that takes the repetition for people, even where there is one person only.
std::size_t worth(const NamePattern& pattern, const Reading& reading, std::size_t fewest) {
  const bool tells_subject = reading.subjects > 1;
  const bool announces = pattern.announces_subject() && reading.subjects_are_numbers && reading.labels <= fewest;
  return 1 + (announces ? 8 : 0) + (tells_subject ? 4 : 0) + (tells_subject && reading.subjects_are_numbers ? 2 : 0) +
         (pattern.text().find("{trial}") != std::string::npos ? 1 : 0);
}

// What stands before the number or name of a person.
const std::vector<std::string>& usual_subjects() {
  static const std::vector<std::string> subjects = {"s", "S",      "subject", "Subject", "sub", "p",
                                                    "P", "person", "user",    "u",       ""};
  return subjects;
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

std::vector<std::string> usual_patterns() {
  const std::vector<std::string>& subjects = usual_subjects();
  const std::vector<std::string> trials = {"t", "T", "r", "R", "e", "E", "trial", "rep", "session", "take", ""};
  std::vector<std::string> patterns;
  for (const std::string separator : {"_", "-", "/", ""}) {
    for (const std::string folder : {"/", "_", "-"}) {
      for (const std::string& s : subjects) {
        const std::string subject = s + "{subject}";
        if (!separator.empty()) patterns.push_back(joined({"{label}", separator, subject}));
        patterns.push_back(joined({subject, folder, "{label}"}));
        for (const std::string& t : trials) {
          if (t.empty() && separator.empty()) continue;  // digits that cannot be told apart
          const std::string trial = t + "{trial}";
          patterns.push_back(joined({"{label}", folder, subject, separator, trial}));
          patterns.push_back(joined({subject, folder, "{label}", separator, trial}));
          patterns.push_back(joined({subject, folder, trial, separator, "{label}"}));
          if (s.empty()) continue;  // of two numbers the first is rather the person
          patterns.push_back(joined({"{label}", folder, trial, separator, subject}));
          patterns.push_back(joined({trial, folder, subject, separator, "{label}"}));
        }
      }
    }
  }
  for (const std::string separator : {"_", "-", "/"}) patterns.push_back(joined({"{label}", separator, "{trial}"}));
  return patterns;
}

}  // namespace

NamePattern::NamePattern(std::string text) : text_(std::move(text)) {
  std::set<std::string_view> seen;
  for (const Piece& piece : pieces_of(text_)) {
    if (!piece.part) continue;
    const bool known = std::find(kParts.begin(), kParts.end(), piece.text) != kParts.end();
    if (known && (piece.text == "anything" || seen.insert(piece.text).second)) continue;
    throw Error(ErrorKind::usage,
                "a pattern of names has each of {label}, {subject} and {trial} at most once, and "
                "{anything}; found {" +
                    std::string(piece.text) + "} in " + config::quoted(text_));
  }
  if (seen.count("label") + seen.count("subject") > 0) return;
  throw Error(ErrorKind::usage,
              "a pattern of names says where the {label} or the {subject} is, as in "
              "\"{label}_s{subject}_t{trial}\"; found " +
                  config::quoted(text_));
}

bool NamePattern::announces(const std::string& part) const {
  const std::size_t at = text_.find(part);
  return at != std::string::npos && at > 0 && std::isalpha(static_cast<unsigned char>(text_[at - 1])) != 0;
}

std::optional<NamedRecording> NamePattern::match(const std::string& name) const {
  NamedRecording named;
  if (!fit(pieces_of(text_), 0, name, named)) return std::nullopt;
  return named;
}

bool names_person(const std::string& word) {
  const std::vector<std::string>& before = usual_subjects();
  return std::any_of(before.begin(), before.end(), [&](const std::string& one) {
    return !one.empty() && word.starts_with(one) && is_number(std::string_view(word).substr(one.size()));
  });
}

std::optional<NamePattern> propose_subject_pattern(const std::vector<std::string>& names) {
  for (const std::string& before : usual_subjects()) {
    const NamePattern pattern(before + "{subject}");
    const bool fits =
        std::all_of(names.begin(), names.end(), [&](const auto& name) { return pattern.match(name).has_value(); });
    if (fits) return pattern;
  }
  return std::nullopt;
}

std::optional<NamePattern> propose_pattern(const std::vector<std::string>& names) {
  std::vector<std::pair<NamePattern, Reading>> fitting;
  std::size_t fewest = names.size();  // labels, of patterns that tell people apart
  for (const std::string& text : usual_patterns()) {
    NamePattern pattern(text);
    const std::optional<Reading> reading = reading_of(pattern, names);
    if (!reading) continue;
    if (reading->subjects > 1) fewest = std::min(fewest, reading->labels);
    fitting.emplace_back(std::move(pattern), *reading);
  }
  std::optional<NamePattern> best;
  std::size_t most = 0;
  for (const auto& [pattern, reading] : fitting) {
    const std::size_t found = worth(pattern, reading, fewest);
    if (found <= most) continue;
    most = found;
    best = pattern;
  }
  return best;
}

}  // namespace pskd::data::readers
