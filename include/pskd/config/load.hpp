// From YAML files to an Experiment, and back.
//
//   include: [base/training.yaml]     fragments, relative to the including file, else shipped ones; later ones and the
//   file itself win
//   training: {epochs, batch, optimizer, loss, snapshots}   defaults of every stage
//   <key>: {...}                      a map merges into an inherited one, key by key; anything else replaces it
//   <key>: !replace {...}             replaces an inherited map instead of merging into it
//   <key>: null                       takes an inherited value away; stages.<name>: null switches an inherited stage
//   off
// Stages train in the order in which they were first written.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pskd/config/experiment.hpp"

namespace pskd::config {

/// Reads `file`, applies its includes and the `overrides` ("key.path=value", value in YAML) and checks everything.
/// `shipped`: the folder where an include is looked for that does not lie beside its file; empty: none.
/// Throws one Error(config) that lists *all* problems, each with file:line, key path, what was expected, what was found
/// and, for an unknown key, the nearest known one.
Experiment load_experiment(const std::filesystem::path& file, const std::vector<std::string>& overrides = {},
                           const std::filesystem::path& shipped = {});

/// The resolved experiment as YAML: every key with its value. Loading it gives the same experiment, to the last bit.
std::string to_yaml(const Experiment& experiment);

/// What decides the result, as YAML: everything except seeds, `run`, data.root and data.store, whose values are left
/// out.
std::string decisive_yaml(const Experiment& experiment);

/// Identifies what decides the result: a hash of decisive_yaml, 12 hexadecimal digits.
std::string config_hash(const Experiment& experiment);

/// `path` itself when absolute, one with ~/ under $HOME, else under $PSKD_DATA_ROOT, else under ./data.
std::filesystem::path resolve_data_path(const std::string& path);

}  // namespace pskd::config
