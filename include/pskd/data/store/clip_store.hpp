// The clip store: all clips of a data set in one sealed HDF5 file, written once, checked by hash at each start.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pskd/config/experiment.hpp"
#include "pskd/data/clip.hpp"

namespace pskd::data {
struct Reader;  // data/reader.hpp
}

namespace pskd::data::store {

/// Where the store of `config` lies: config.store, else <name>-<hash of the root and of what is read>.h5 in
/// $XDG_CACHE_HOME/pskd (else in ~/.cache/pskd).
std::filesystem::path store_path(const config::DataConfig& config);

/// Content hash of the raw files of `config` (names and bytes) and of the choices that decide what is read of them,
/// which tells whether a store is out of date.
std::string raw_files_hash(const config::DataConfig& config);

struct StoredDataset {
  Dataset dataset;
  std::string source;                      ///< hash of the raw files it was made from
  std::vector<std::string> warnings = {};  ///< what is probably wrong with the recordings, and what rules put right
};

/// Writes `dataset`, made from raw files of hash `source`, and what its check warns of, atomically.
void write_clip_store(const std::filesystem::path& file, const Dataset& dataset, const std::string& source,
                      const std::vector<std::string>& warnings = {});

/// The store of a data set that `info` describes. Throws Error(data) when the file is damaged, of another format
/// version or of another data set; the message says how to rebuild it.
StoredDataset read_clip_store(const std::filesystem::path& file, const DatasetInfo& info);

/// The data set of `config`: from its store, which is built when absent, or rebuilt when the raw files or the format
/// version changed. Two processes may call this at once. A damaged store is an error, not rebuilt silently. When the
/// raw folder is absent but a store exists, Error(data) says where the folder was expected.
Dataset load_dataset(const config::DataConfig& config);
/// The same with the reader of `config`, which a program makes once.
Dataset load_dataset(const Reader& reader, const config::DataConfig& config);
/// The same, with what the store says besides.
StoredDataset load_stored(const Reader& reader, const config::DataConfig& config);

/// Builds the store of `config` anew, a damaged one too. Throws Error(data) rather than overwrite a file that never was
/// a store.
Dataset build_clip_store(const config::DataConfig& config);
Dataset build_clip_store(const Reader& reader, const config::DataConfig& config);

}  // namespace pskd::data::store
