#include "pskd/data/store/clip_store.hpp"

#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>

#include "base/checksum.hpp"
#include "base/file.hpp"
#include "base/sealed_file.hpp"
#include "base/text.hpp"
#include "config/writer.hpp"
#include "data/data_check.hpp"
#include "data/data_check_text.hpp"
#include "data/file_error.hpp"
#include "data/formats/numbers.hpp"
#include "data/reader.hpp"
#include "data/readers/registry.hpp"
#include "data/store/hdf5_image.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"

namespace pskd::data::store {
namespace {

namespace fs = std::filesystem;

// The format of the HDF5 image, stored in it as /format: name and source are texts; warnings a text of one line each;
// id, subject, trial, scene, camera, cut_from and span (begin and end, s) are texts of one line a clip; label,
// overlaps, skeleton_frames and sensor_frames have one number a clip; skeleton and sensor hold all clips' frames, one
// clip after the other. The seal's own version stays 1, so that a store of another format is told from a damaged one.
// Where clips are read otherwise than before, the number rises, too: 8 counts the samples that a device lost.
constexpr std::int32_t kFormat = 8;
const Seal kSeal{"clip-store", 1};

constexpr const char* kRemedy = "; `pskd data build --config FILE` writes the clip store anew";

[[noreturn]] void fail_damaged(const fs::path& file, const std::string& what) {
  fail(file, "damaged " + what + kRemedy);
}

std::vector<const Frames*> frames_of(const std::vector<Clip>& clips, Frames Clip::*modality) {
  std::vector<const Frames*> all;
  for (const Clip& clip : clips) all.push_back(&(clip.*modality));
  return all;
}

template <class Number>
std::vector<std::int32_t> numbers_of(const std::vector<Clip>& clips, Number number) {
  std::vector<std::int32_t> numbers;
  numbers.reserve(clips.size());
  for (const Clip& clip : clips) numbers.push_back(static_cast<std::int32_t>(number(clip)));
  return numbers;
}

template <class Line>
std::string lines_of(const std::vector<Clip>& clips, Line line) {
  std::string lines;
  for (const Clip& clip : clips) lines += line(clip) + "\n";
  return lines;
}

/// "12.5 15.5", to the bit.
std::string span_text(const Clip& clip) {
  std::array<char, 64> text{};
  const auto begin = std::to_chars(text.begin(), text.end() - 1, clip.begin).ptr;
  *begin = ' ';
  return {text.begin(), std::to_chars(begin + 1, text.end(), clip.end).ptr};
}

bool read_span(std::string_view text, Clip& clip) {
  const char* const end = text.data() + text.size();
  const auto [middle, error] = std::from_chars(text.data(), end, clip.begin);
  if (error != std::errc{} || middle == end || *middle != ' ') return false;
  const auto [last, other] = std::from_chars(middle + 1, end, clip.end);
  return other == std::errc{} && last == end && clip.begin <= clip.end;
}

std::string joined_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += escaped_for_line(line) + "\n";
  return text;
}

void write_content(Hdf5Writer& writer, const Dataset& dataset, const std::string& source,
                   const std::vector<std::string>& warnings) {
  const std::vector<Clip>& clips = dataset.clips;
  writer.write("format", std::vector<std::int32_t>{kFormat});
  writer.write("name", dataset.info.name);
  writer.write("source", source);
  writer.write("warnings", joined_lines(warnings));
  writer.write("id", lines_of(clips, [](const Clip& clip) { return clip.id; }));
  writer.write("label", numbers_of(clips, [](const Clip& clip) { return clip.label; }));
  writer.write("subject", lines_of(clips, [](const Clip& clip) { return clip.subject.text(); }));
  writer.write("trial", lines_of(clips, [](const Clip& clip) { return clip.trial.text(); }));
  writer.write("scene", lines_of(clips, [](const Clip& clip) { return clip.scene.text(); }));
  writer.write("camera", lines_of(clips, [](const Clip& clip) { return clip.camera.text(); }));
  writer.write("cut_from", lines_of(clips, [](const Clip& clip) { return clip.source; }));
  writer.write("span", lines_of(clips, [](const Clip& clip) { return span_text(clip); }));
  writer.write("overlaps", numbers_of(clips, [](const Clip& clip) { return clip.overlaps ? 1 : 0; }));
  writer.write("skeleton_frames", numbers_of(clips, [](const Clip& clip) { return clip.skeleton.rows(); }));
  writer.write("sensor_frames", numbers_of(clips, [](const Clip& clip) { return clip.sensor.rows(); }));
  writer.write("skeleton", frames_of(clips, &Clip::skeleton), skeleton_columns(dataset.info));
  writer.write("sensor", frames_of(clips, &Clip::sensor), static_cast<Eigen::Index>(dataset.info.channels.size()));
}

// Cuts the stacked frames of one modality into the clips' own.
void unstack(const fs::path& file, const Frames& all, const std::vector<std::int32_t>& lengths, Eigen::Index columns,
             Frames Clip::*modality, std::vector<Clip>& clips) {
  if (lengths.size() != clips.size() || all.cols() != columns) fail_damaged(file, "table of frames");
  Eigen::Index row = 0;
  for (std::size_t i = 0; i < clips.size(); ++i) {
    if (lengths[i] < 0 || lengths[i] > all.rows() - row) fail_damaged(file, "clip lengths");
    clips[i].*modality = all.middleRows(row, lengths[i]);
    row += lengths[i];
  }
  if (row != all.rows()) fail_damaged(file, "clip lengths");
}

// A text of each clip.
std::vector<std::string> stored_lines(const fs::path& file, const Hdf5Reader& reader, const char* field,
                                      std::size_t clips) {
  const std::string text = reader.text(field);
  const std::vector<std::string_view> lines = formats::lines_of(text);
  if (lines.size() != clips) fail_damaged(file, "list of clips");
  return {lines.begin(), lines.end()};
}

// Which recordings clips are cut out of.
void fill_sources(const fs::path& file, const Hdf5Reader& reader, std::vector<Clip>& clips) {
  const std::vector<std::string> sources = stored_lines(file, reader, "cut_from", clips.size());
  const std::vector<std::string> spans = stored_lines(file, reader, "span", clips.size());
  const std::vector<std::int32_t> overlaps = reader.numbers("overlaps");
  if (overlaps.size() != clips.size()) fail_damaged(file, "list of clips");
  for (std::size_t i = 0; i < clips.size(); ++i) {
    clips[i].source = sources[i];
    clips[i].overlaps = overlaps[i] != 0;
    if (!read_span(spans[i], clips[i])) fail_damaged(file, "list of clips");
  }
}

std::vector<Clip> stored_clips(const fs::path& file, const Hdf5Reader& reader, const DatasetInfo& info) {
  const std::string list = reader.text("id");
  const std::vector<std::string_view> ids = formats::lines_of(list);
  std::vector<Clip> clips(ids.size());
  const auto fill = [&](const char* field, Name Clip::*name) {
    const std::vector<std::string> values = stored_lines(file, reader, field, clips.size());
    for (std::size_t i = 0; i < clips.size(); ++i) {
      if (!is_name(values[i])) fail_damaged(file, "list of clips");
      clips[i].*name = Name(values[i]);
    }
  };
  fill("subject", &Clip::subject);
  fill("trial", &Clip::trial);
  fill("scene", &Clip::scene);
  fill("camera", &Clip::camera);
  const std::vector<std::int32_t> labels = reader.numbers("label");
  if (labels.size() != clips.size()) fail_damaged(file, "list of clips");
  for (std::size_t i = 0; i < clips.size(); ++i) {
    clips[i].id = ids[i];
    clips[i].label = labels[i];
    if (clips[i].label < 0 || static_cast<std::size_t>(clips[i].label) >= info.classes.size()) {
      fail(file, "clip " + clips[i].id + " has the unknown label " + std::to_string(clips[i].label) + kRemedy);
    }
  }
  fill_sources(file, reader, clips);
  const auto channels = static_cast<Eigen::Index>(info.channels.size());
  unstack(file, reader.table("skeleton"), reader.numbers("skeleton_frames"), skeleton_columns(info), &Clip::skeleton,
          clips);
  unstack(file, reader.table("sensor"), reader.numbers("sensor_frames"), channels, &Clip::sensor, clips);
  for (Clip& clip : clips) {
    if (clip.skeleton.rows() == 0 && clip.sensor.rows() == 0) fail_damaged(file, "clip lengths");
    clip.hash = clip_hash(clip);
  }
  return clips;
}

std::int32_t stored_format(const Hdf5Reader& reader) {
  const std::vector<std::int32_t> format = reader.numbers("format");
  if (format.size() != 1) throw Error(ErrorKind::data, "the format version is damaged");
  return format[0];
}

// The store's content; nothing when an older program wrote it, or where it is not of the raw files that are expected:
// then `info` may be of other classes and columns.
std::optional<StoredDataset> read_if_current(const fs::path& file, const DatasetInfo& info,
                                             const std::optional<std::string>& expected_source = {}) {
  try {
    const std::string bytes = read_sealed_file(file, kSeal, ErrorKind::data);
    const std::string_view image = std::string_view(bytes).substr(kSealBytes);
    if (!has_checksums(image)) return std::nullopt;
    const Hdf5Reader reader(image);
    const std::int32_t format = stored_format(reader);
    if (format < kFormat) return std::nullopt;
    if (format > kFormat) {
      fail(file, "written by a newer pskd (clip store format " + std::to_string(format) + ", this program reads " +
                     std::to_string(kFormat) + ")");
    }
    StoredDataset stored;
    const std::string name = reader.text("name");
    if (name != info.name) {
      fail(file, "holds " + name + ", expected " + info.name + "; give data.store another name");
    }
    stored.dataset.info = info;
    stored.source = reader.text("source");
    if (expected_source && stored.source != *expected_source) return std::nullopt;
    stored.dataset.clips = stored_clips(file, reader, stored.dataset.info);
    stored.dataset.hash = dataset_hash(stored.dataset.clips);
    const std::string warnings = reader.text("warnings");
    for (const std::string_view line : formats::lines_of(warnings)) stored.warnings.emplace_back(line);
    return stored;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::io) throw;
    const std::string message = error.what();
    const bool named = message.find(file.string()) != std::string::npos;
    const bool remedied = message.find(kRemedy) != std::string::npos;
    throw Error(ErrorKind::data, (named ? "" : file.string() + ": ") + message + (remedied ? "" : kRemedy));
  }
}

fs::path cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && fs::path(cache).is_absolute())
    return cache;  // a relative one is to be ignored, says its standard
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') {
    throw Error(ErrorKind::io, "no place for the clip store: set data.store, XDG_CACHE_HOME or HOME");
  }
  return fs::path(home) / ".cache";
}

// What decides, besides the raw files, which clips are read: every key but those that only say where files lie and
// which of the stored channels the models see.
std::string choices_text(config::DataConfig config) {
  config.name = readers::dataset_name(config.name);
  config.root.clear();
  config.store.clear();
  config.channels.clear();
  std::string text;
  config::Writer writer(text, 0);
  config::describe(writer, config);
  return text;
}

// One spelling for one folder.
fs::path root_folder(const config::DataConfig& config) {
  const fs::path root = fs::weakly_canonical(config::resolve_data_path(config.root));
  return root.has_filename() ? root : root.parent_path();  // "folder/" is "folder"
}

// Hashes file by file in the order of their paths. Recordings are parsed in another order, each from several of these
// files, so sharing one read would mean keeping the whole data set in memory; a store is built once, and the second
// read then comes from the system's cache.
std::string files_hash(const Reader& reader, const FolderListing& listing, const config::DataConfig& config) {
  const fs::path root = root_folder(config);
  std::set<fs::path> files(reader.beside.begin(), reader.beside.end());  // several clips may share one
  for (const RecordingFiles& recording : listing.recordings) {
    files.insert(recording.skeleton.begin(), recording.skeleton.end());
    files.insert(recording.sensor.begin(), recording.sensor.end());
  }
  ContentHasher hasher;
  hasher.add(choices_text(config));
  for (const fs::path& file : files) {
    hasher.add(file.lexically_relative(root).string());
    hasher.add_file(file);
  }
  for (const BrokenFile& file : listing.unexpected) hasher.add(file.file.lexically_relative(root).string());
  return hasher.hex();
}

fs::path lock_path(fs::path file) { return file += ".lock"; }

// Whether there is a file, but for an empty one: with it nothing is lost. Throws Error(io) where nobody may look.
bool is_there(const fs::path& file) {
  std::error_code problem;
  const bool there = fs::exists(file, problem);
  if (problem) {
    throw Error(ErrorKind::io, file.string() + ": cannot look for the clip store: " + problem.message() +
                                   "; set data.store or XDG_CACHE_HOME to another place");
  }
  return there && !(fs::is_regular_file(file, problem) && fs::file_size(file, problem) == 0);
}

// A mistaken data.store must not cost anybody a file.
void refuse_foreign_file(const fs::path& file) {
  if (!is_there(file) || is_sealed_as(file, kSeal.kind)) return;
  fail(file, "exists and is not a clip store; give data.store another name, or delete the file");
}

// The recordings of `config` and the hash of their files.
struct Listed {
  FolderListing listing;
  std::string hash;
};

Listed listed(const Reader& reader, const config::DataConfig& config) {
  Listed result{list_recordings(reader, root_folder(config)), ""};
  result.hash = files_hash(reader, result.listing, config);
  return result;
}

StoredDataset build(const Reader& reader, const config::DataConfig& config, Listed files, const fs::path& store) {
  DataCheck check = check_recordings(reader, root_folder(config), std::move(files.listing));
  std::vector<std::string> warnings = warnings_of(check);
  StoredDataset built{complete_dataset(std::move(check)), std::move(files.hash), std::move(warnings)};
  write_clip_store(store, built.dataset, built.source, built.warnings);
  return built;
}

/// What the store holds where it is there and of these raw files.
std::optional<StoredDataset> read_current(const fs::path& store, const DatasetInfo& info, const std::string& source) {
  return is_there(store) ? read_if_current(store, info, source) : std::nullopt;
}

}  // namespace

fs::path store_path(const config::DataConfig& config) {
  if (!config.store.empty()) return config.store;
  const std::string read = content_hash(root_folder(config).string() + "\n" + choices_text(config));
  return cache_folder() / "pskd" / (readers::dataset_name(config.name) + "-" + read.substr(0, 12) + ".h5");
}

std::string raw_files_hash(const config::DataConfig& config) {
  return listed(readers::make_reader(config), config).hash;
}

void write_clip_store(const fs::path& file, const Dataset& dataset, const std::string& source,
                      const std::vector<std::string>& warnings) {
  Hdf5Writer writer;
  write_content(writer, dataset, source, warnings);
  write_sealed_file(file, kSeal, writer.image());
}

StoredDataset read_clip_store(const fs::path& file, const DatasetInfo& info) {
  std::optional<StoredDataset> stored = read_if_current(file, info);
  if (!stored) fail(file, std::string("written by an older pskd") + kRemedy);
  return std::move(*stored);
}

Dataset build_clip_store(const Reader& reader, const config::DataConfig& config) {
  Listed files = listed(reader, config);
  const fs::path store = store_path(config);
  refuse_foreign_file(store);
  const FileLock lock(lock_path(store));
  return build(reader, config, std::move(files), store).dataset;
}

Dataset build_clip_store(const config::DataConfig& config) {
  return build_clip_store(readers::make_reader(config), config);
}

StoredDataset load_stored(const Reader& reader, const config::DataConfig& config) {
  const fs::path store = store_path(config);
  Listed files = listed(reader, config);
  // Reading needs no lock, since a store is replaced and never written into. So it may lie on read-only media, and a
  // file that is no store is refused before anything is made beside it.
  if (auto current = read_current(store, reader.info, files.hash)) return std::move(*current);
  const FileLock lock(lock_path(store));
  if (auto current = read_current(store, reader.info, files.hash)) return std::move(*current);
  return build(reader, config, std::move(files), store);
}

Dataset load_dataset(const Reader& reader, const config::DataConfig& config) {
  return load_stored(reader, config).dataset;
}

Dataset load_dataset(const config::DataConfig& config) { return load_dataset(readers::make_reader(config), config); }

}  // namespace pskd::data::store
