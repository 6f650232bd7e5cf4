// The data sets by name.
#pragma once

#include <string>
#include <vector>

#include "data/data_check.hpp"
#include "data/reader.hpp"
#include "pskd/config/experiment.hpp"

namespace pskd::data::readers {

/// The names that data.name may have, other names of the same data set left out.
std::vector<std::string> dataset_names();

/// The name that a data set has in caches and hashes: `generic` for its second name `recordings`, else `name` itself.
std::string dataset_name(const std::string& name);

/// Under which terms the recordings of a data set are, in one line, see data/README.md; empty of a user's own. Throws
/// Error(config) listing the known names.
std::string dataset_terms(const std::string& name);

/// The names of the sensors that are read: data.sensors, else the usual one of a published data set that has several.
/// Else empty: all that there are. Throws as dataset_terms.
std::vector<std::string> sensors_of(const config::DataConfig& config);

/// The reader of the data set of `config`. Making one may read files that describe the recordings; a program makes it
/// once and hands it on. Throws Error(config) listing the known names, or naming an option the data set does not have.
Reader make_reader(const config::DataConfig& config);

/// What the data set of `config` is. Throws as make_reader.
DatasetInfo dataset_info(const config::DataConfig& config);

/// Reads everything in the folder of `config`. Throws Error(data) when it is missing or holds no file of the data set.
DataCheck check_dataset(const config::DataConfig& config);

/// All clips of that folder, also those of one modality. Throws Error(data) naming every broken file, and when no clip
/// is left.
Dataset read_dataset(const config::DataConfig& config);

}  // namespace pskd::data::readers
