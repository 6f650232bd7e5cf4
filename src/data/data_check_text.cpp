#include "data/data_check_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <iomanip>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace pskd::data {
namespace {

// "0.71"
std::string seconds_text(double seconds) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", seconds);
  return text.data();
}

// Names that programs write for no value, where an empty cell says that nobody labeled.
bool is_word_for_nothing(const std::string& name) {
  constexpr std::array kWords = {"nan", "na", "n/a", "#n/a", "null", "none"};
  return std::find(kWords.begin(), kWords.end(), compared_form(name)) != kWords.end();
}

struct Lengths {
  Eigen::Index shortest = 0;
  Eigen::Index longest = 0;
  double mean = 0;
};

Lengths lengths(const std::vector<const Clip*>& clips, Frames Clip::*modality) {
  Lengths result;
  double recorded = 0;  // clips that have the modality
  for (const Clip* clip : clips) recorded += (clip->*modality).rows() > 0 ? 1 : 0;
  for (const Clip* clip : clips) {
    const Eigen::Index length = (clip->*modality).rows();
    if (length == 0) continue;
    result.shortest = result.shortest == 0 ? length : std::min(result.shortest, length);
    result.longest = std::max(result.longest, length);
    result.mean += static_cast<double>(length) / recorded;
  }
  return result;
}

template <class Field, class Part>
std::map<Field, std::vector<const Clip*>> clips_by(const DataCheck& check, Field Part::*field) {
  std::map<Field, std::vector<const Clip*>> groups;
  for (const Clip& clip : check.clips) groups[clip.*field].push_back(&clip);
  return groups;
}

std::string text(const Lengths& value) {
  std::ostringstream out;
  out << value.shortest << "-" << value.longest << " (mean " << std::fixed << std::setprecision(0) << value.mean << ")";
  return out.str();
}

struct ModalityCounts {
  std::size_t sensor_only = 0, skeleton_only = 0;
};

ModalityCounts count_modalities(const std::vector<Clip>& clips) {
  ModalityCounts counts;
  for (const Clip& clip : clips) {
    counts.sensor_only += clip.skeleton.rows() == 0 ? 1 : 0;
    counts.skeleton_only += clip.sensor.rows() == 0 ? 1 : 0;
  }
  return counts;
}

// " paired clips", or " clips (7 paired, 1 of the sensor only)".
std::string clips_text(const DataCheck& check) {
  const auto [sensor_only, skeleton_only] = count_modalities(check.clips);
  if (sensor_only + skeleton_only == 0) return " paired clips";
  std::string text = " clips (" + std::to_string(check.clips.size() - sensor_only - skeleton_only) + " paired";
  if (sensor_only > 0) text += ", " + std::to_string(sensor_only) + " of the sensor only";
  if (skeleton_only > 0) text += ", " + std::to_string(skeleton_only) + " of the skeleton only";
  return text + ")";
}

void write_classes(std::ostream& out, const DataCheck& check) {
  out << "\n"
      << std::left << std::setw(20) << "class" << std::right << std::setw(6) << "clips"
      << "   " << std::left << std::setw(22) << "sensor samples"
      << "skeleton frames\n";
  const auto by_class = clips_by(check, &Clip::label);
  for (const auto& [label, clips] : by_class) {
    out << std::left << std::setw(20) << check.info.classes[static_cast<std::size_t>(label)] << std::right
        << std::setw(6) << clips.size() << "   " << std::left << std::setw(22) << text(lengths(clips, &Clip::sensor))
        << text(lengths(clips, &Clip::skeleton)) << "\n";
  }
  out << "\n";
}

void write_lines(std::ostream& out, const std::string& title, const std::vector<std::string>& lines) {
  if (!lines.empty()) out << title << ":\n";
  for (const std::string& line : lines) out << "  " << line << "\n";
}

// Complaints that differ in numbers only are one: after the first few of its files the others are counted.
void write_broken(std::ostream& out, const std::vector<BrokenFile>& broken) {
  constexpr std::size_t kNamed = 5;
  const auto kind_of = [](const BrokenFile& file) {
    std::string kind;
    for (const char c : file.problem) {
      const bool digit = c >= '0' && c <= '9';
      if (!digit || kind.empty() || kind.back() != '#') kind += digit ? '#' : c;
    }
    return kind;
  };
  std::map<std::string, std::size_t> counts;
  for (const BrokenFile& file : broken) ++counts[kind_of(file)];
  std::map<std::string, std::size_t> written;
  for (const BrokenFile& file : broken) {
    const std::string kind = kind_of(file);
    const std::size_t at = ++written[kind];
    if (at <= kNamed) out << "  " << file.file.string() << ": " << file.problem << "\n";
    if (at == kNamed && counts[kind] > kNamed) {
      out << "  ... and " << counts[kind] - kNamed << " more files with the same problem; --json names them\n";
    }
  }
}

// "p1 +0.71", in lines of a few; those that cannot be relied on say so.
std::vector<std::string> offset_lines(const DataCheck& check) {
  constexpr std::size_t kNamed = 40, kInLine = 6;
  std::vector<std::string> lines;
  std::size_t named = 0;
  for (const auto& [id, offset] : check.offsets) {
    if (named == kNamed) {
      lines.push_back("... and " + std::to_string(check.offsets.size() - kNamed) + " more recordings; --json has them");
      break;
    }
    std::ostringstream one;
    one << id << " " << std::showpos << std::fixed << std::setprecision(2) << offset.seconds;
    if (!offset.is_sure()) one << " (not sure)";
    if (named++ % kInLine == 0) lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : ", ") + one.str();
  }
  return lines;
}

// What each stream is like, and what of the streams is probably wrong.
void write_streams(std::ostream& out, const DataCheck& check) {
  std::vector<std::string> streams;
  std::vector<std::string> little;
  for (const StreamSummary& stream : check.streams) {
    streams.push_back(describe(stream));
    for (std::string& line : little_kept(stream)) little.push_back(std::move(line));
  }
  write_lines(out, "streams", streams);
  write_lines(out, "clocks, seconds by which the sensor is later than the skeleton", offset_lines(check));
  write_lines(out, "less than 80 % kept", little);
  write_lines(out, "probably wrong", suspicions_of(check));
}

void write_names(std::ostream& out, const std::string& title, const std::vector<std::string>& names) {
  out << title << ": " << (names.empty() ? "none" : joined(names)) << "\n";
}

// "rule: 12 in 3 clips (a, b, c)"; long lists are cut, --json has them whole.
void write_repairs(std::ostream& out, const Repairs& repairs) {
  constexpr std::size_t kNamed = 8;
  if (!repairs.empty()) out << "put right by rule:\n";
  for (const auto& [rule, repair] : repairs) {
    const std::span named(repair.clips.data(), std::min(repair.clips.size(), kNamed));
    out << "  " << rule << ": " << repair.count << " in " << repair.clips.size() << " recordings (" << joined(named)
        << (repair.clips.size() > kNamed ? ", ...)\n" : ")\n");
  }
}

std::vector<std::string> duplicate_names(const DataCheck& check) {
  std::vector<std::string> names;
  for (const auto& [first, second] : check.duplicates) names.push_back(std::string(first).append(" = ").append(second));
  return names;
}

std::vector<std::string> two_label_names(const DataCheck& check) {
  std::map<std::string, std::string> classes;  // by clip
  for (const Clip& clip : check.clips) classes[clip.id] = check.info.classes[static_cast<std::size_t>(clip.label)];
  std::vector<std::string> names;
  for (const auto& [first, second] : check.two_labels) {
    std::string& name = names.emplace_back(first);
    name.append(" (")
        .append(classes[first])
        .append(") = ")
        .append(second)
        .append(" (")
        .append(classes[second])
        .append(")");
  }
  return names;
}

// One line for each group of names, where `name_of` says what a clip counts for.
template <class NameOf>
std::vector<std::string> lines_of_alike(const std::vector<std::vector<std::string>>& alike, const DataCheck& check,
                                        NameOf name_of) {
  std::map<std::string, std::size_t> counts;
  for (const Clip& clip : check.clips) ++counts[name_of(clip)];
  std::vector<std::string> lines;
  for (const std::vector<std::string>& names : alike) lines.push_back(alike_text(names, counts, " = "));
  return lines;
}

// Names of classes and subjects that are probably one.
void write_alike(std::ostream& out, const DataCheck& check) {
  if (!check.alike_classes.empty()) {
    write_names(out, "class names that are probably one (" + std::to_string(check.alike_classes.size()) + ")",
                lines_of_alike(check.alike_classes, check, [&](const Clip& clip) {
                  return check.info.classes[static_cast<std::size_t>(clip.label)];
                }));
  }
  if (!check.alike_subjects.empty()) {
    write_names(out, "subjects that are probably one (" + std::to_string(check.alike_subjects.size()) + ")",
                lines_of_alike(check.alike_subjects, check, [](const Clip& clip) { return clip.subject.text(); }));
  }
}

nlohmann::ordered_json to_json(const Lengths& value) {
  return {{"shortest", value.shortest}, {"longest", value.longest}, {"mean", value.mean}};
}

nlohmann::ordered_json to_json(const StreamSummary& stream) {
  nlohmann::ordered_json recordings = nlohmann::ordered_json::array();
  for (const auto& [id, measure, kept] : stream.recordings) {
    nlohmann::ordered_json& one = recordings.emplace_back();
    one = {{"id", id}, {"seconds", measure.length}, {"kept", kept}};
    if (measure.declared_rate > 0) one["declared_rate"] = measure.declared_rate;
    if (measure.rate > 0) one["rate_by_stamps"] = measure.rate;
    if (measure.longest_gap > 0) one["longest_gap"] = measure.longest_gap;
    if (measure.magnitude) one["median_magnitude"] = *measure.magnitude;
    if (measure.extent) one["median_extent"] = *measure.extent;
    if (measure.angular_rate) one["angular_rate"] = *measure.angular_rate;
    if (measure.longest_hold > 0) one["longest_hold"] = measure.longest_hold;
  }
  return {{"stream", stream.stream}, {"recordings", std::move(recordings)}};
}

nlohmann::ordered_json to_json(const std::vector<const Clip*>& clips) {
  return {{"clips", clips.size()},
          {"sensor_samples", to_json(lengths(clips, &Clip::sensor))},
          {"skeleton_frames", to_json(lengths(clips, &Clip::skeleton))}};
}

// The clips by subject and by class.
void add_groups(nlohmann::ordered_json& json, const DataCheck& check) {
  json["subjects"] = nlohmann::ordered_json::object();
  for (const auto& [subject, clips] : clips_by(check, &Clip::subject)) {
    json["subjects"][subject.text()] = clips.size();
  }
  json["classes"] = nlohmann::ordered_json::object();
  for (const auto& [label, clips] : clips_by(check, &Clip::label)) {
    json["classes"][check.info.classes[static_cast<std::size_t>(label)]] = to_json(clips);
  }
}

}  // namespace

std::vector<std::string> suspicions_of(const DataCheck& check) {
  std::vector<std::string> warnings;
  if (!check.incomplete.empty()) warnings.push_back(check.incomplete);
  if (!check.unsure.empty()) {
    warnings.push_back("marked with CHECK, " + std::to_string(check.unsure.size()) + " in all: " +
                       check.unsure.front() + ": look whether what follows is right, then delete the mark");
  }
  for (const std::string& name : check.info.classes) {
    if (!is_word_for_nothing(name)) continue;
    warnings.push_back("'" + name + "' is a class: where nobody labeled, the cell of the label is to be empty" +
                       (compared_form(name) == "none" ? "; an action needs another name, for none is an answer" : ""));
  }
  for (const Name& subject : check.info.subjects) {
    if (is_word_for_nothing(subject.text())) warnings.push_back("'" + subject.text() + "' is a subject: who is it?");
  }
  for (const StreamSummary& stream : check.streams) {
    for (std::string& warning : warnings_of(stream)) warnings.push_back(std::move(warning));
  }
  if (!check.by_timestamps) {
    for (std::string& warning : warnings_of_lengths(check.streams)) warnings.push_back(std::move(warning));
  }
  for (const auto& [id, offset] : check.offsets) {
    if (check.offsets_are_mended || !offset.is_sure() || std::abs(offset.seconds) < kNotableOffset) continue;
    std::string& warning = warnings.emplace_back(id + ": the sensor shows movements ");
    warning.append(seconds_text(std::abs(offset.seconds)))
        .append(" s ")
        .append(offset.seconds > 0 ? "later" : "earlier");
    warning.append(" than the skeleton; `offset: estimate` in the description puts its clock right");
  }
  const auto note = [&](const std::string& what, const std::vector<std::string>& clips) {
    if (clips.empty()) return;
    warnings.push_back(what + " in " + std::to_string(clips.size()) + " recordings (" + clips.front() +
                       (clips.size() > 1 ? ", ...)" : ")"));
  };
  note("less than a quarter of the median length of the class, as where a file was cut short,",
       short_recordings(check.info, check.clips));
  note("the sensor never changes", check.constant.sensors);
  note("the skeleton never changes", check.constant.skeletons);
  for (const auto& [channel, clips] : check.constant.channels) note("the channel " + channel + " never changes", clips);
  note("all channels are 0 for some samples, as where a sensor did not measure,", check.constant.zero_samples);
  note("a joint is at 0 in some frames, as where the camera did not see it,", check.constant.zero_joints);
  return warnings;
}

std::vector<std::string> warnings_of(const DataCheck& check) {
  std::vector<std::string> warnings = suspicions_of(check);
  for (const auto& [rule, repair] : check.repairs) {
    warnings.push_back(rule + ": " + std::to_string(repair.count) + " in " + std::to_string(repair.clips.size()) +
                       " recordings (" + repair.clips.front() + (repair.clips.size() > 1 ? ", ...)" : ")"));
  }
  return warnings;
}

std::string alike_text(const std::vector<std::string>& names, const std::map<std::string, std::size_t>& clips,
                       std::string_view between) {
  std::string list;
  for (const std::string& name : names) {
    const auto counted = clips.find(name);
    if (!list.empty()) list += between;
    list += "'" + with_hidden_shown(name) + "' (";
    list += std::to_string(counted == clips.end() ? 0 : counted->second) + " clips)";
  }
  return list;
}

std::string describe(const DataCheck& check) {
  std::ostringstream out;
  const auto by_subject = clips_by(check, &Clip::subject);
  out << check.info.name << " in " << check.root.string() << "\n"
      << "skeleton " << check.info.topology.name << ", sensor channels";
  for (const std::string& channel : check.info.channels) out << " " << channel;
  out << "\n"
      << check.clips.size() << clips_text(check) << " of " << by_subject.size() << " subjects and "
      << clips_by(check, &Clip::label).size() << " classes\n"
      << "clips by subject:";
  for (const auto& [subject, clips] : by_subject) {
    out << (subject.number() ? "  s" : "  ") << subject.text() << " " << clips.size();
  }
  out << "\n";
  if (!check.clips.empty()) write_classes(out, check);
  write_names(out, "recordings missing in both modalities (" + std::to_string(check.missing.size()) + ")",
              check.missing);
  write_names(out, "duplicate clips (" + std::to_string(check.duplicates.size()) + ")", duplicate_names(check));
  if (!check.two_labels.empty()) {
    write_names(out, "one recording under two labels (" + std::to_string(check.two_labels.size()) + ")",
                two_label_names(check));
  }
  write_alike(out, check);
  if (check.left_by_systems > 0) {
    out << "left by macOS or Windows and ignored (__MACOSX, ._*, Thumbs.db, ...): " << check.left_by_systems << "\n";
  }
  write_repairs(out, check.repairs);
  write_streams(out, check);
  if (check.info.rail > 0) {
    out << "acceleration values on the rail (|a| >= " << check.info.rail - kRailMargin << " g): " << check.rail_samples
        << "\n";
  }
  out << "values that are NaN or infinite: " << check.non_finite << "\n"
      << "broken files: " << check.broken.size() << "\n";
  write_broken(out, check.broken);
  return out.str();
}

std::string to_json(const DataCheck& check) {
  nlohmann::ordered_json json;
  json["dataset"] = check.info.name;
  json["root"] = check.root.string();
  json["skeleton"] = check.info.topology.name;
  json["channels"] = check.info.channels;
  json["clips"] = check.clips.size();
  const auto [sensor_only, skeleton_only] = count_modalities(check.clips);
  json["sensor_only"] = sensor_only;
  json["skeleton_only"] = skeleton_only;
  add_groups(json, check);
  for (const auto& [id, offset] : check.offsets) {
    json["clock_offsets"][id] = {{"seconds", offset.seconds}, {"sure", offset.is_sure()}};
  }
  json["missing"] = check.missing;
  json["duplicates"] = check.duplicates;
  json["two_labels"] = check.two_labels;
  json["alike_classes"] = check.alike_classes;
  json["alike_subjects"] = check.alike_subjects;
  json["left_by_systems"] = check.left_by_systems;
  json["repairs"] = nlohmann::ordered_json::object();
  for (const auto& [rule, repair] : check.repairs) {
    json["repairs"][rule] = {{"count", repair.count}, {"clips", repair.clips}};
  }
  json["streams"] = nlohmann::ordered_json::array();
  for (const StreamSummary& stream : check.streams) json["streams"].push_back(to_json(stream));
  json["constant"] = {{"sensors", check.constant.sensors},
                      {"skeletons", check.constant.skeletons},
                      {"channels", check.constant.channels},
                      {"zero_samples", check.constant.zero_samples},
                      {"zero_joints", check.constant.zero_joints}};
  json["warnings"] = warnings_of(check);
  json["rail_samples"] = check.rail_samples;
  json["non_finite"] = check.non_finite;
  json["broken"] = nlohmann::ordered_json::array();
  for (const BrokenFile& file : check.broken) {
    json["broken"].push_back({{"file", file.file.string()}, {"problem", file.problem}});
  }
  // A file name need not be valid UTF-8.
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace pskd::data
