// The files that a config names beside the recordings.
#pragma once

#include <filesystem>

#include "data/reader.hpp"
#include "pskd/eval/run_record.hpp"

namespace pskd::train {

/// Content hash of each file that `experiment` names: word vectors and the description of recordings, by the key that
/// names them. A missing file has none: what needs it says so.
eval::Hashes hash_inputs(const config::Experiment& experiment, const data::Reader& reader);

/// The key in these hashes of the word vectors that `stage` learns from.
std::string word_vectors_key(const std::string& stage);

/// Throws Error(checkpoint) naming `file` when the run that it describes had other inputs than `now`, and says what to
/// do. Nothing is compared where `then` is empty, as it is in files from before inputs were noted.
void require_same_inputs(const std::filesystem::path& file, const eval::Hashes& then, const eval::Hashes& now);

}  // namespace pskd::train
