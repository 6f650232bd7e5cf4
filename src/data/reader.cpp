#include "data/reader.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace pskd {
namespace {

struct KnownSource {
  const char* name;
  Source (*make)(const DataConfig& config);
};

constexpr std::array kSources = {KnownSource{"utd-mhad", utd_mhad_source},
                                 KnownSource{"berkeley-mhad", berkeley_mhad_source}, KnownSource{"mmact", mmact_source},
                                 KnownSource{"generic", generic_source}};

}  // namespace

Source make_source(const DataConfig& config) {
  std::string known;
  for (const KnownSource& source : kSources) {
    if (source.name == config.name) return source.make(config);
    known += std::string(" ") + source.name;
  }
  throw Error(ErrorKind::config, "data.name: unknown data set '" + config.name + "'; known:" + known);
}

void refuse_other_choices(const DataConfig& config, const std::vector<std::string>& offered) {
  const std::array<std::pair<const char*, bool>, 5> choices = {{{"sensors", !config.sensors.empty()},
                                                                {"skeleton", !config.skeleton.empty()},
                                                                {"cameras", !config.cameras.empty()},
                                                                {"classes", config.classes != 0},
                                                                {"description", !config.description.empty()}}};
  for (const auto& [key, given] : choices) {
    if (!given || std::find(offered.begin(), offered.end(), key) != offered.end()) continue;
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

void check_finite(const std::filesystem::path& file, const Frames& frames) {
  const auto wrong = !frames.isFinite();
  const Eigen::Index count = wrong.count();
  if (count == 0) return;
  Eigen::Index row = 0;
  Eigen::Index column = 0;
  wrong.cast<int>().maxCoeff(&row, &column);
  throw NotFinite(file.string() + ": expected finite values, found " + std::to_string(count) +
                      " NaN or infinite, one of them in frame " + std::to_string(row + 1) + ", column " +
                      std::to_string(column + 1),
                  count);
}

FolderListing list_recordings(const Source& source, const std::filesystem::path& root) {
  const std::string remedy =
      "; data/README.md says how to obtain " + source.info.name +
      ", `pskd data synth` writes synthetic recordings, data.root and PSKD_DATA_ROOT say where to look";
  if (!std::filesystem::is_directory(root)) {
    throw Error(ErrorKind::data, "the folder of " + source.info.name + " is missing: " + root.string() + remedy);
  }
  FolderListing listing;
  try {
    listing = source.list(root);
  } catch (const std::filesystem::filesystem_error& error) {
    throw Error(ErrorKind::data, "cannot list " + root.string() + ": " + error.code().message());
  }
  if (listing.recordings.empty()) {
    throw Error(ErrorKind::data, "no recording of " + source.info.name + " in " + root.string() + ": expected " +
                                     source.layout + remedy);
  }
  return listing;
}

}  // namespace pskd
