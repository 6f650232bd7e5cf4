#include "data/readers/registry.hpp"

#include <array>

#include "config/describe.hpp"
#include "config/reader.hpp"
#include "data/readers/berkeley_mhad/reader.hpp"
#include "data/readers/mmact/reader.hpp"
#include "data/readers/recordings/reader.hpp"
#include "data/readers/utd_mhad.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"

namespace pskd::data::readers {
namespace {

struct KnownReader {
  const char* name;
  Reader (*make)(const config::DataConfig& config);
};

constexpr std::array kReaders = {
    KnownReader{"utd-mhad", utd_mhad_reader},
    KnownReader{"berkeley-mhad", berkeley_mhad_reader},
    KnownReader{"mmact", mmact_reader},
    KnownReader{"generic", recordings_reader},
};

}  // namespace

std::vector<std::string> dataset_names() {
  std::vector<std::string> names;
  for (const KnownReader& known : kReaders) names.emplace_back(known.name);
  return names;
}

std::string dataset_name(const std::string& name) { return config::choice_of(config::dataset_names(), name); }

Reader make_reader(const config::DataConfig& config) {
  const std::string name = dataset_name(config.name);
  for (const KnownReader& known : kReaders) {
    if (known.name == name) return known.make(config);
  }
  std::string names;
  for (const std::string& known : dataset_names()) names += " " + known;
  throw Error(ErrorKind::config, "data.name: unknown data set '" + config.name + "'; known:" + names);
}

DatasetInfo dataset_info(const config::DataConfig& config) { return make_reader(config).info; }

DataCheck check_dataset(const config::DataConfig& config) {
  const std::filesystem::path root = config::resolve_data_path(config.root);
  return check_recordings(make_reader(config), root);
}

Dataset read_dataset(const config::DataConfig& config) { return complete_dataset(check_dataset(config)); }

}  // namespace pskd::data::readers
