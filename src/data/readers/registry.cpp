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
  const char* terms;
  const char* usual_sensor;  // read where none is named; empty: all that there are
};

constexpr std::array kReaders = {
    KnownReader{"utd-mhad", utd_mhad_reader,
                "no license is stated with the files of UTD-MHAD; its authors offer them for research (cite Chen et "
                "al., ICIP 2015)",
                ""},
    KnownReader{"berkeley-mhad", berkeley_mhad_reader,
                "no license is stated with the accelerometer files of Berkeley-MHAD; the original page names BSD-like "
                "terms (cite Ofli et al., WACV 2013)",
                kBerkeleyUsualSensor},
    KnownReader{"mmact", mmact_reader,
                "MMAct is handed out on a signed request: research use, not to be passed on (cite Kong et al., ICCV "
                "2019)",
                kMmactUsualSensor},
    KnownReader{"generic", recordings_reader, "", ""},
};

const KnownReader& known_reader(const std::string& name) {
  const std::string listed = dataset_name(name);
  for (const KnownReader& known : kReaders) {
    if (known.name == listed) return known;
  }
  std::string names;
  for (const std::string& known : dataset_names()) names += " " + known;
  throw Error(ErrorKind::config, "data.name: unknown data set '" + name + "'; known:" + names);
}

}  // namespace

std::vector<std::string> dataset_names() {
  std::vector<std::string> names;
  for (const KnownReader& known : kReaders) names.emplace_back(known.name);
  return names;
}

std::string dataset_name(const std::string& name) { return config::choice_of(config::dataset_names(), name); }

std::string dataset_terms(const std::string& name) { return known_reader(name).terms; }

std::vector<std::string> sensors_of(const config::DataConfig& config) {
  const std::string usual = known_reader(config.name).usual_sensor;
  if (!config.sensors.empty() || usual.empty()) return config.sensors;
  return {usual};
}

Reader make_reader(const config::DataConfig& config) { return known_reader(config.name).make(config); }

DatasetInfo dataset_info(const config::DataConfig& config) { return make_reader(config).info; }

DataCheck check_dataset(const config::DataConfig& config) {
  const std::filesystem::path root = config::resolve_data_path(config.root);
  return check_recordings(make_reader(config), root);
}

Dataset read_dataset(const config::DataConfig& config) { return complete_dataset(check_dataset(config)); }

}  // namespace pskd::data::readers
