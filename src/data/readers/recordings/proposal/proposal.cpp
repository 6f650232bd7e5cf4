#include "data/readers/recordings/proposal/proposal.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "base/file.hpp"
#include "base/unicode.hpp"
#include "data/reader.hpp"
#include "data/readers/recordings/description.hpp"
#include "data/readers/recordings/proposal/found_stream.hpp"
#include "data/readers/recordings/proposal/labels.hpp"
#include "data/readers/recordings/proposal/lines.hpp"
#include "data/readers/recordings/proposal/recording_list.hpp"
#include "data/readers/recordings/proposal/sensor.hpp"
#include "data/readers/recordings/proposal/skeleton.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

constexpr const char* kManifestName = "clips.csv";
constexpr const char* kAnnotationsName = "annotations.csv";  // who did what when, where it is there

// A description, a manifest, annotations, or a text about them.
bool is_ours(const fs::path& file) {
  return file.filename() == kDescriptionName || file.filename() == kManifestName ||
         file.filename() == kAnnotationsName || compared_form(file.stem().string()) == "readme";
}

// The files of recordings, relative to `root`.
std::vector<fs::path> files_below(const fs::path& root) {
  std::vector<fs::path> files;
  std::error_code unreadable;
  for (fs::recursive_directory_iterator at(root, unreadable), end; at != end; at.increment(unreadable)) {
    if (is_hidden(at->path())) {
      at.disable_recursion_pending();
    } else if (at->is_regular_file() && !is_ours(at->path())) {
      files.push_back(at->path().lexically_relative(root));
    }
    if (unreadable) break;
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Says of files that are no tables that they are left out, in one line for each ending.
void tell_other_files(const std::vector<fs::path>& files, Names& left_out) {
  std::map<std::string, std::size_t> endings;
  for (const fs::path& file : files) {
    if (!is_table(file)) ++endings[extension_of(file)];
  }
  for (const auto& [ending, count] : endings) {
    left_out.push_back(fmt::format("{} {} {}: only tables in .csv, .tsv and .txt are looked at{}", count,
                                   count == 1 ? "file" : "files", ending.empty() ? "without ending" : ending,
                                   ending == ".npy" || ending == ".npz" ? "; describe arrays by hand" : ""));
  }
}

// Whether all streams are stamped by one clock: moments since 1970, less than a minute apart.
bool share_clock(const std::vector<FoundStream>& streams) {
  constexpr double kSince = 1e8;
  constexpr double kApart = 60;  // s
  return std::all_of(streams.begin(), streams.end(), [&](const FoundStream& stream) {
    return stream.look.rate > 0 && stream.look.begin > kSince &&
           std::abs(stream.look.begin - streams.front().look.begin) < kApart;
  });
}

void describe(const std::vector<FoundStream>& streams, const std::set<std::string>& subjects, bool annotated,
              const Names& doubts, Proposal& proposal) {
  std::ostringstream text;
  text << "# Proposed by pskd data init. What is marked with CHECK could not be told from the files.\n"
       << "manifest: " << kManifestName << "\n";
  if (annotated) text << "annotations: " << kAnnotationsName << "\n";
  if (const FoundStream* const labeled = labeled_stream(streams)) {
    if (labeled->labels.contains("0")) {
      text << kUnsure << " classes: where 0 means that nothing was done, say no_label: [\"0\"] in the sensor instead\n";
      ++proposal.doubts;
    }
    text << "classes: " << yaml_list(classes_of(*labeled), true) << "\n";
  }
  Names train;
  std::size_t i = 0;
  for (const std::string& subject : subjects) {
    if (i++ % 2 == 0) train.push_back(yaml_text(subject));
  }
  if (subjects.size() > 1)
    text << "train_subjects: " << yaml_list(train, false) << "   # every other one; the others test\n";
  text << "align: " << (streams.size() > 1 && share_clock(streams) ? "timestamps" : "span") << "\n";
  std::string skeleton = "skeleton: null\n";
  std::string sensors;
  for (const FoundStream& stream : streams) {
    const bool camera = stream.name == kSkeleton;
    Lines lines(camera ? "  " : "    ");
    camera ? add_skeleton(stream, lines, proposal.left_out) : add_sensor(stream, lines, proposal.left_out);
    if (camera) skeleton = "skeleton:\n" + lines.text();
    proposal.has_skeleton |= camera;
    if (!camera) sensors += "  " + stream.name + ":\n" + lines.text();
    proposal.doubts += lines.doubts();
  }
  for (const std::string& doubt : doubts) text << kUnsure << " " << doubt << "\n";
  proposal.doubts += doubts.size();
  text << skeleton << (sensors.empty() ? "sensors: null\n" : "sensors:\n" + sensors);
  proposal.description = text.str();
}

}  // namespace

Proposal propose(const fs::path& root, const std::string& pattern) {
  Proposal proposal;
  const std::vector<fs::path> files = files_below(root);
  std::vector<FoundStream> streams = find_streams(root, files, proposal.left_out);
  if (streams.empty()) {
    throw Error(ErrorKind::data, root.string() +
                                     ": expected files .csv, .tsv or .txt with tables of numbers, found none" +
                                     (proposal.left_out.empty() ? "" : "; " + proposal.left_out.front()));
  }
  tell_other_files(files, proposal.left_out);
  Names doubts;
  choose_skeleton(streams, proposal.left_out, doubts);
  choose_sensors(streams, proposal.left_out, doubts);
  const bool annotated = fs::exists(root / kAnnotationsName);
  find_labels(root, annotated, streams, proposal.left_out);
  const bool by_time = annotated || labeled_stream(streams) != nullptr;
  const NamePattern names = pattern_for(keys_of(streams), pattern, by_time);
  proposal.pattern = names.text();
  RecordingList list = list_recordings(streams, names, proposal.left_out);
  if (list.recordings == 0) {
    throw Error(ErrorKind::data, "no name is of the form " + names.text() + ": " + proposal.left_out.front());
  }
  if (pattern.empty() && !by_time) doubt_names(names, keys_of(streams), doubts);
  proposal.manifest = std::move(list.manifest);
  proposal.recordings = list.recordings;
  describe(streams, list.subjects, annotated, doubts, proposal);
  return proposal;
}

void write_proposal(const fs::path& root, const Proposal& proposal) {
  for (const char* name : {kDescriptionName, kManifestName}) {
    if (!fs::exists(root / name)) continue;
    throw Error(ErrorKind::usage,
                (root / name).string() + " is there already; move it away to have a new one proposed");
  }
  write_file_atomically(root / kManifestName, proposal.manifest);
  write_file_atomically(root / kDescriptionName, proposal.description);
}

}  // namespace pskd::data::readers
