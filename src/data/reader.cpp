#include "data/reader.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace pskd::data {

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

std::vector<int> from_one_to(int last) {
  std::vector<int> numbers(static_cast<std::size_t>(last));
  std::iota(numbers.begin(), numbers.end(), 1);
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

FolderListing list_recordings(const Reader& reader, const std::filesystem::path& root) {
  const std::string remedy =
      "; data/README.md says how to obtain " + reader.info.name +
      ", `pskd data synth` writes synthetic recordings, data.root and PSKD_DATA_ROOT say where to look";
  if (!std::filesystem::is_directory(root)) {
    throw Error(ErrorKind::data, "the folder of " + reader.info.name + " is missing: " + root.string() + remedy);
  }
  FolderListing listing;
  try {
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
