#include "data/stream_hash.hpp"

#include "base/checksum.hpp"

namespace pskd::data {

std::string stream_hash(const Frames& frames) {
  if (frames.rows() == 0 || (frames.colwise().maxCoeff() == frames.colwise().minCoeff()).all()) return "";
  ContentHasher hasher;
  hasher.add(std::to_string(frames.rows()) + "x" + std::to_string(frames.cols()));
  hasher.add({reinterpret_cast<const char*>(frames.data()), static_cast<std::size_t>(frames.size()) * sizeof(float)});
  return hasher.hex();
}

}  // namespace pskd::data
