#include "source.hpp"

#include <algorithm>
#include <array>

namespace pskd {

const Source& find_source(const std::string& name) {
  static const std::array<Source, 1> kSources = {utd_mhad_source()};
  const auto* found =
      std::find_if(kSources.begin(), kSources.end(), [&](const Source& source) { return source.info.name == name; });
  if (found != kSources.end()) return *found;
  std::string known;
  for (const Source& source : kSources) known += " " + source.info.name;
  throw Error(ErrorKind::config, "data.name: unknown data set '" + name + "'; known:" + known);
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
