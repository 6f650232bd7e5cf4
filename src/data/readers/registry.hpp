// The data sets by name.
#pragma once

#include "data/data_check.hpp"
#include "data/reader.hpp"
#include "pskd/config/experiment.hpp"

namespace pskd {

/// Throws Error(config) listing the known names, or naming an option the data set does not have.
Source make_source(const DataConfig& config);

/// What the data set of `config` is. Throws as make_source.
DatasetInfo dataset_info(const DataConfig& config);

/// Reads everything in the folder of `config`. Throws Error(data) when it is missing or holds no file of the data set.
DataCheck check_dataset(const DataConfig& config);

/// All paired clips of that folder. Throws Error(data) naming every broken file, and every clip that lacks a modality
/// though its data set has no such gap; and when no clip is left.
Dataset read_dataset(const DataConfig& config);

}  // namespace pskd
