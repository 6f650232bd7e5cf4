#include "data/stream_hash.hpp"

namespace pskd::data {

void add_frames(ContentHasher& hasher, const Frames& frames) {
  hasher.add(std::to_string(frames.rows()) + "x" + std::to_string(frames.cols()));
  hasher.add({reinterpret_cast<const char*>(frames.data()), static_cast<std::size_t>(frames.size()) * sizeof(float)});
}

std::string stream_hash(const Frames& frames) {
  if (frames.rows() == 0 || (frames.colwise().maxCoeff() == frames.colwise().minCoeff()).all()) return "";
  ContentHasher hasher;
  add_frames(hasher, frames);
  return hasher.hex();
}

}  // namespace pskd::data
