#include "pskd/data/clip.hpp"

#include <algorithm>

#include "base/checksum.hpp"
#include "data/stream_hash.hpp"

namespace pskd::data {

std::string clip_hash(const Recording& recording) {
  ContentHasher hasher;
  add_frames(hasher, recording.skeleton);
  add_frames(hasher, recording.sensor);
  return hasher.hex();
}

std::vector<int> channel_columns(const std::vector<std::string>& wanted, const std::vector<std::string>& channels,
                                 const std::function<void(const std::string&)>& refuse) {
  std::vector<int> columns;
  for (const std::string& name : wanted) {
    const auto found = std::find(channels.begin(), channels.end(), name);
    if (found == channels.end()) refuse(name);
    columns.push_back(static_cast<int>(found - channels.begin()));
  }
  return columns;
}

std::string dataset_hash(const std::vector<Clip>& clips) {
  ContentHasher hasher;
  for (const Clip& clip : clips) {
    hasher.add(clip.id);
    hasher.add(std::to_string(clip.label));
    for (const Name* name : {&clip.subject, &clip.trial, &clip.scene, &clip.camera}) hasher.add(name->text());
    hasher.add(clip.hash);
  }
  return hasher.hex();
}

}  // namespace pskd::data
