// Reading: raw files and the clip store to clips in memory.
#include <unistd.h>

#include <memory>

#include "benches.hpp"
#include "data/data_check.hpp"
#include "data/readers/mmact/reader.hpp"
#include "data/readers/mmact/sensor_csv.hpp"
#include "data/readers/registry.hpp"
#include "pskd/data/store/clip_store.hpp"

namespace {

namespace fs = std::filesystem;

pskd::config::DataConfig data_config(const std::string& name, const fs::path& root) {
  pskd::config::DataConfig config;
  config.name = name;
  config.root = fs::absolute(root).string();
  return config;
}

void read_raw(benchmark::State& state, const pskd::config::DataConfig& config) {
  std::size_t clips = 0;
  for ([[maybe_unused]] auto once : state) clips += pskd::data::readers::read_dataset(config).clips.size();
  state.SetItemsProcessed(static_cast<std::int64_t>(clips));
}

void read_store(benchmark::State& state, const pskd::config::DataConfig& config) {
  const pskd::data::Dataset dataset = pskd::data::readers::read_dataset(config);
  const fs::path file = fs::temp_directory_path() / ("pskd-bench-" + std::to_string(::getpid()) + ".h5");
  pskd::data::store::write_clip_store(file, dataset, "");
  std::size_t clips = 0;
  for ([[maybe_unused]] auto once : state)
    clips += pskd::data::store::read_clip_store(file, dataset.info).dataset.clips.size();
  state.SetItemsProcessed(static_cast<std::int64_t>(clips));
  fs::remove(file);
}

/// Every sensor file of the tree, as time stamps and values.
void read_csv(benchmark::State& state, const fs::path& folder) {
  constexpr double kRate = 100;  // Hz; of no effect where every stamp has its fraction
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".csv") files.push_back(entry.path());
  }
  for ([[maybe_unused]] auto once : state) {
    for (const fs::path& file : files)
      benchmark::DoNotOptimize(pskd::data::readers::read_mmact_csv(file, kRate).values.sum());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(files.size()));
}

}  // namespace

void register_reading(const Folders& folders) {
  if (!folders.utd.empty()) {
    const auto config = data_config("utd-mhad", folders.utd);
    register_bench("read/utd", [config](benchmark::State& state) { read_raw(state, config); });
    register_bench("read/store", [config](benchmark::State& state) { read_store(state, config); });
  }
  if (!folders.mmact.empty()) {
    const auto config = data_config("mmact", folders.mmact);
    register_bench("read/mmact", [config](benchmark::State& state) { read_raw(state, config); });
    register_bench("read/mmact_csv", [folders](benchmark::State& state) { read_csv(state, folders.mmact); });
  }
}
