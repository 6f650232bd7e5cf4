// Inputs of readers of sealed tensor files with a manifest: a payload or its manifest, and sealed here: a checksum says
// that nothing was damaged, not who wrote it.
#pragma once

#include "base/checkpoint_format.hpp"
#include "base/text.hpp"
#include "target.hpp"

namespace pskd::fuzz {

inline TensorFile content_of(const std::string& sound_file) {
  return read_tensors(std::string_view(sound_file).substr(kSealBytes), "", ErrorKind::checkpoint);
}

/// The payload of `sound_file` with another manifest.
inline std::string with_manifest(const std::string& sound_file, std::string_view text) {
  if (find_invalid_utf8(text)) throw Error(ErrorKind::checkpoint, "no tensor file holds such a text");
  TensorFile content = content_of(sound_file);
  content.metadata[kManifestText] = text;
  return tensor_file_bytes(content);
}

/// The path of the sealed file that `input` stands for. Its first byte says whether the rest is a manifest or a
/// payload.
inline std::filesystem::path sealed_input_file(const Seal& seal, const std::string& sound_file,
                                               std::string_view input) {
  const auto [is_manifest, rest] = choose(input);
  const std::string payload = is_manifest ? with_manifest(sound_file, rest) : std::string(rest);
  return input_file(make_seal(seal, payload).append(payload));
}

inline std::vector<std::string> seeds_of(const std::string& sound_file) {
  return {"\1" + content_of(sound_file).metadata.at(kManifestText),
          std::string(1, '\0') + sound_file.substr(kSealBytes)};
}

}  // namespace pskd::fuzz
