// A finished run as its folder holds it: the record, held to the other files.
#pragma once

#include "base/run_layout.hpp"
#include "pskd/eval/run_record.hpp"

namespace pskd::eval {

/// The record of the run in `run`. Throws Error(data) where something contradicts it: the seed or the config hash in
/// the folder's name; a file that is not the one that the record was written beside; in records from before these were
/// noted, predictions that give another confusion, or a manifest of other recordings. A file that is missing
/// contradicts nothing. A record from before it held the data hash gets the manifest's.
/// RunRecord::folder is the absolute path.
RunRecord read_finished_run(const RunLayout& run);

/// RunRecord::files of a run whose stages are `stages`: config, manifest, metrics and predictions. Checkpoints carry
/// seals of their own.
Hashes hash_files(const RunLayout& run, const std::vector<StageResult>& stages);

}  // namespace pskd::eval
