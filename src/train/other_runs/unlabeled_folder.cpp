#include "train/other_runs/unlabeled_folder.hpp"

#include "base/file.hpp"
#include "data/readers/registry.hpp"
#include "pskd/base/error.hpp"

namespace pskd::train {

namespace fs = std::filesystem;

config::DataConfig described_folder(const fs::path& folder, const std::string& description,
                                    const config::DataConfig& source) {
  config::DataConfig data;
  data.name = "generic";
  data.root = full_path(folder).string();
  data.description = description;
  data.channels = source.channels;
  if (data::readers::dataset_name(source.name) == data.name) data.sensors = source.sensors;
  return data;
}

config::ProtocolConfig unlabeled_only(const config::DataConfig& data, const std::vector<std::string>& classes) {
  config::ProtocolConfig protocol;
  protocol.name = config::kPersonal;
  protocol.classes = classes;
  const config::SplitPart nobody{.subjects = std::vector<Name>()};
  protocol.train = protocol.val = protocol.test = nobody;
  protocol.unlabeled.emplace().subjects = data::readers::dataset_info(data).subjects;
  if (!config::is_empty(*protocol.unlabeled)) return protocol;
  throw Error(ErrorKind::data, data.root + ": its manifest lists no recordings: expected those of the new people");
}

}  // namespace pskd::train
