#include "data/readers/registry.hpp"

#include <array>

#include "data/readers/berkeley_mhad/reader.hpp"
#include "data/readers/mmact/reader.hpp"
#include "data/readers/recordings/reader.hpp"
#include "data/readers/utd_mhad.hpp"
#include "pskd/config/load.hpp"

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

DatasetInfo dataset_info(const DataConfig& config) { return make_source(config).info; }

DataCheck check_dataset(const DataConfig& config) {
  const std::filesystem::path root = resolve_data_path(config.root);
  return check_recordings(make_source(config), root);
}

Dataset read_dataset(const DataConfig& config) { return complete_dataset(check_dataset(config)); }

}  // namespace pskd
