#include "data/readers/recordings/proposal/recording_list.hpp"

#include <algorithm>
#include <iterator>
#include <sstream>

#include "base/text.hpp"
#include "data/readers/recordings/proposal/labels.hpp"
#include "data/readers/recordings/proposal/lines.hpp"
#include "pskd/base/error.hpp"
#include "pskd/base/name.hpp"

namespace pskd::data::readers {

using Names = std::vector<std::string>;

NamePattern pattern_for(const std::set<std::string>& keys, const std::string& given, bool by_time) {
  if (!given.empty()) return NamePattern(given);
  const Names names(keys.begin(), keys.end());
  if (const auto found = propose_pattern(names)) return *found;
  if (by_time || names.size() == 1) {
    if (const auto found = propose_subject_pattern(names)) return *found;
  }
  std::string examples;
  for (const std::string& key : keys) {
    if (std::count(examples.begin(), examples.end(), ' ') < 3) examples += " " + key;
  }
  throw Error(ErrorKind::data, "who does what cannot be told from the names" + examples +
                                   "; say it with --pattern, as in --pattern \"{label}_s{subject}_t{trial}\", or "
                                   "\"p{subject}\" where annotations.csv says who did what, or nobody");
}

RecordingList list_recordings(const std::vector<FoundStream>& streams, const NamePattern& pattern, Names& left_out) {
  RecordingList list;
  std::ostringstream text;
  const bool says_label = pattern.has_label() && labeled_stream(streams) == nullptr;
  text << "id,subject" << (says_label ? ",label" : "") << ",trial";
  for (const FoundStream& stream : streams) text << "," << stream.name;
  text << "\n";
  for (const std::string& key : keys_of(streams)) {
    const auto named = pattern.match(key);
    if (!named) {
      left_out.push_back(key + ": its name is not of the form " + pattern.text());
      continue;
    }
    std::string id = key;
    std::replace(id.begin(), id.end(), '/', '_');
    text << csv_field(id) << "," << csv_field(named->subject);
    if (says_label) text << "," << csv_field(named->label);
    text << "," << named->trial;
    for (const FoundStream& stream : streams) {
      const auto file = stream.files.find(key);
      text << "," << (file == stream.files.end() ? "" : csv_field(file->second.generic_string()));
    }
    text << "\n";
    list.subjects.insert(Name(named->subject).text());
    ++list.recordings;
  }
  list.manifest = text.str();
  return list;
}

void doubt_names(const NamePattern& pattern, const std::set<std::string>& keys, Names& doubts) {
  constexpr std::size_t kShown = 3;
  std::set<std::string> subjects;
  std::set<std::string> labels;
  for (const std::string& key : keys) {
    const auto named = pattern.match(key);
    if (!named) continue;
    subjects.insert(named->subject);
    labels.insert(named->label);
  }
  if (!pattern.has_label()) {
    if (keys.size() == 1) doubts.push_back("names: is " + shown({*keys.begin()}) + " one person, whom nobody labeled?");
    return;
  }
  const auto first = [&](const std::set<std::string>& all) {
    return shown(
               Names(all.begin(), std::next(all.begin(), static_cast<std::ptrdiff_t>(std::min(all.size(), kShown))))) +
           (all.size() > kShown ? ", ..." : "");
  };
  const auto is_number = [](const std::string& text) {
    return text.find_first_not_of("0123456789") == std::string::npos;
  };
  const bool numbers = std::all_of(subjects.begin(), subjects.end(), is_number);
  if (numbers && !pattern.announces_subject() && pattern.text().ends_with("{subject}")) {
    doubts.push_back("names: are " + first(subjects) +
                     " people? If one person did it several times, say --pattern with {trial} instead of {subject}");
  }
  if (numbers) return;
  doubts.push_back("names: are " + first(subjects) + " the people, and " + first(labels) +
                   " what they do? Else say it with --pattern");
}

}  // namespace pskd::data::readers
