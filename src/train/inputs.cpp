#include "train/inputs.hpp"

#include "base/checksum.hpp"
#include "base/file.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"

namespace pskd::train {

eval::Hashes hash_inputs(const config::Experiment& experiment, const data::Reader& reader) {
  eval::Hashes hashes;
  const auto add = [&](const std::string& key, const std::filesystem::path& file) {
    if (std::filesystem::is_regular_file(file)) hashes[key] = content_hash(read_file(file));
  };
  if (!reader.beside.empty()) add(eval::kDescription, reader.beside.front());
  for (const config::StageConfig& stage : experiment.stages) {
    if (!stage.loss.acs || stage.loss.acs->semantic.words == 0) continue;
    add(word_vectors_key(stage.name), config::resolve_data_path(stage.loss.acs->semantic.word_file));
  }
  return hashes;
}

std::string word_vectors_key(const std::string& stage) { return "stages." + stage + ".loss.acs.semantic.word_file"; }

void require_same_inputs(const std::filesystem::path& file, const eval::Hashes& then, const eval::Hashes& now) {
  if (then.empty()) return;
  for (const auto& [key, hash] : then) {
    const auto found = now.find(key);
    if (found != now.end() && found->second == hash) continue;
    throw Error(ErrorKind::checkpoint, file.string() + ": the run had another file for " + key + " (hash " + hash +
                                           ", now " + (found == now.end() ? "no such file" : found->second) +
                                           "); restore the file or start anew with --overwrite");
  }
}

}  // namespace pskd::train
