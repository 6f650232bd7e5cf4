#include "data/reader.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <system_error>

#include "base/unicode.hpp"

namespace pskd::data {
namespace {

namespace fs = std::filesystem;

// What a search may still look at: it is to end soon where the folder is a home or a whole file server.
struct Budget {
  std::size_t folders, entries;
};

std::vector<fs::directory_entry> entries_of(const fs::path& folder, Budget& budget) {
  std::vector<fs::directory_entry> entries;
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(folder, unreadable)) {
    if (budget.entries == 0) break;
    --budget.entries;
    entries.push_back(entry);
  }
  return entries;
}

// The entry of `folder` of that name, or of a name that looks the same.
std::optional<fs::path> match_name(const fs::path& folder, const fs::path& name, Budget& budget) {
  if (budget.folders == 0) return std::nullopt;
  --budget.folders;
  std::error_code unreadable;
  if (fs::exists(folder / name, unreadable)) return folder / name;
  const std::string wanted = compared_form(name.string());
  for (const auto& entry : entries_of(folder, budget)) {
    if (compared_form(entry.path().filename().string()) == wanted) return entry.path();
  }
  return std::nullopt;
}

std::optional<fs::path> match(const fs::path& folder, const fs::path& expected, Budget& budget) {
  fs::path found = folder;
  for (const fs::path& name : expected) {
    const std::optional<fs::path> next = match_name(found, name, budget);
    if (!next) return std::nullopt;
    found = *next;
  }
  return found;
}

std::vector<fs::path> folders_in(const fs::path& folder, Budget& budget) {
  if (budget.folders == 0) return {};
  --budget.folders;
  std::vector<fs::path> folders;
  std::error_code unreadable;
  for (const auto& entry : entries_of(folder, budget)) {
    if (!is_hidden(entry.path()) && entry.is_directory(unreadable)) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

// What stands at a path where another thing is expected.
std::string kind_of(const fs::path& path) {
  std::error_code unreadable;
  const fs::file_status status = fs::status(path, unreadable);
  if (fs::is_directory(status)) return "a folder";
  if (fs::is_regular_file(status)) return "a file";
  return fs::is_symlink(fs::symlink_status(path, unreadable)) && !fs::exists(status) ? "a link that leads nowhere"
                                                                                     : "neither a file nor a folder";
}

// The folder up to two levels below `folder` that has what is expected.
std::optional<fs::path> deeper_folder(const fs::path& folder, const fs::path& expected) {
  Budget budget{.folders = 1000, .entries = 20'000};
  const std::vector<fs::path> inner = folders_in(folder, budget);
  for (const fs::path& one : inner) {
    if (match(one, expected, budget)) return one;
  }
  for (const fs::path& one : inner) {
    for (const fs::path& deeper : folders_in(one, budget)) {
      if (match(deeper, expected, budget)) return deeper;
    }
  }
  return std::nullopt;
}

}  // namespace

void refuse_other_choices(const config::DataConfig& config, std::initializer_list<DataChoice> offered) {
  struct Choice {
    DataChoice choice;
    const char* key;
    bool given;
  };
  const std::array choices = {Choice{DataChoice::sensors, "sensors", !config.sensors.empty()},
                              Choice{DataChoice::skeleton, "skeleton", !config.skeleton.empty()},
                              Choice{DataChoice::cameras, "cameras", !config.cameras.empty()},
                              Choice{DataChoice::classes, "classes", config.classes != 0},
                              Choice{DataChoice::description, "description", !config.description.empty()}};
  for (const auto& [choice, key, given] : choices) {
    if (!given || std::find(offered.begin(), offered.end(), choice) != offered.end()) continue;
    throw Error(ErrorKind::config,
                std::string("data.") + key + ": " + config.name + " leaves no such choice; take the key out");
  }
}

std::vector<Name> from_one_to(int last) {
  std::vector<Name> numbers;
  for (int number = 1; number <= last; ++number) numbers.emplace_back(number);
  return numbers;
}

std::vector<std::string> channel_names(const std::vector<SensorChannels>& sensors) {
  if (sensors.size() == 1) return sensors[0].channels;
  std::vector<std::string> names;
  for (const auto& [sensor, channels] : sensors) {
    for (const std::string& channel : channels) names.push_back(std::string(sensor).append("_").append(channel));
  }
  return names;
}

bool is_left_by_system(const fs::path& entry) {
  constexpr std::array kNames = {"__macosx",    ".ds_store",    "thumbs.db", "ehthumbs.db",
                                 "desktop.ini", "$recycle.bin", "@eadir",    "system volume information"};
  const std::string name = entry.filename().string();
  return name.starts_with("._") || name.starts_with("~$") ||
         std::find(kNames.begin(), kNames.end(), compared_form(name)) != kNames.end();
}

bool is_hidden(const fs::path& entry) { return entry.filename().string().starts_with('.') || is_left_by_system(entry); }

std::string found_instead(const fs::path& folder, const fs::path& expected, const std::string& remedy) {
  Budget beside{.folders = 10, .entries = 1'000'000};
  if (const auto same = match(folder, expected, beside)) {
    if (*same == folder / expected) return "; what has that name is " + kind_of(*same);
    return "; found " + same->string() + ", whose name differs in case or in Unicode form: rename it";
  }
  if (const auto deeper = deeper_folder(folder, expected)) return "; found it in " + deeper->string() + ": " + remedy;
  const fs::path parent = fs::weakly_canonical(folder).parent_path();
  if (match(parent, expected, beside)) return "; found it in " + parent.string() + ": " + remedy;
  return "";
}

FolderListing list_recordings(const Reader& reader, const std::filesystem::path& root) {
  const std::string remedy =
      "; data/README.md says how to obtain " + reader.info.name +
      ", `pskd data synth` writes synthetic recordings, data.root and PSKD_DATA_ROOT say where to look";
  if (!std::filesystem::is_directory(root)) {
    throw Error(ErrorKind::data, "the folder of " + reader.info.name + " is missing: " + root.string() + remedy);
  }
  FolderListing listing;
  try {
    for (const fs::path& folder : reader.folders) {
      if (fs::is_directory(root / folder)) continue;
      const std::string instead = found_instead(root, folder, kNameThatFolder);
      if (instead.empty()) continue;  // there may be no such recordings
      throw Error(ErrorKind::data, root.string() + ": expected a folder " + folder.string() + instead);
    }
    listing = reader.list(root);
  } catch (const std::filesystem::filesystem_error& error) {
    throw Error(ErrorKind::data, "cannot list " + root.string() + ": " + error.code().message());
  }
  if (listing.recordings.empty()) {
    throw Error(ErrorKind::data, "no recording of " + reader.info.name + " in " + root.string() + ": expected " +
                                     reader.layout + remedy);
  }
  return listing;
}

}  // namespace pskd::data
