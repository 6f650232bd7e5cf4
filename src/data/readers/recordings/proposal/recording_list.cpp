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

namespace {

bool all_digits(const std::string& text) { return text.find_first_not_of("0123456789") == std::string::npos; }

// run_1, as where the number is that of a repetition.
bool ends_in_number(const std::string& label) {
  const std::size_t at = label.find_last_not_of("0123456789");
  return at != std::string::npos && at + 1 < label.size() && std::string("_- ").find(label[at]) != std::string::npos;
}

// Where the person and the repetition are mere numbers: what if the other one is the person?
std::string doubt_numbers(const std::string& pattern) {
  const std::size_t subject = pattern.find("{subject}");
  const std::size_t trial = pattern.find("{trial}");
  std::string other = pattern;
  const auto name_trial = [&] { other.replace(subject, std::string("{subject}").size(), "{trial}"); };
  if (subject > trial) name_trial();  // the later one first, since it moves nothing
  other.replace(trial, std::string("{trial}").size(), "{subject}");
  if (subject < trial) name_trial();
  return "names: which number is the person? Taken is " + pattern + "; else say --pattern \"" + other + "\"";
}

}  // namespace

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
  const bool numbers = std::all_of(subjects.begin(), subjects.end(), all_digits);
  if (numbers && !pattern.announces_subject() && pattern.text().ends_with("{subject}")) {
    doubts.push_back("names: are " + first(subjects) +
                     " people? If one person did it several times, say --pattern with {trial} instead of {subject}");
  }
  const auto has = [&](const char* part) { return pattern.text().find(part) != std::string::npos; };
  if (numbers && has("{subject}") && has("{trial}") && !pattern.announces_subject() && !pattern.announces_trial())
    doubts.push_back(doubt_numbers(pattern.text()));
  if (std::all_of(labels.begin(), labels.end(), ends_in_number)) {
    doubts.push_back("names: are " + first(labels) +
                     " what they do? If their numbers are repetitions, say --pattern with {trial} for them");
  }
  if (numbers) return;
  doubts.push_back("names: are " + first(subjects) + " the people, and " + first(labels) +
                   " what they do? Else say it with --pattern");
}

}  // namespace pskd::data::readers
