// What one stream of a recording holds, as a hash.
#pragma once

#include <string>

#include "base/checksum.hpp"
#include "pskd/data/clip.hpp"

namespace pskd::data {

/// Adds the shape and the values.
void add_frames(ContentHasher& hasher, const Frames& frames);

/// Hash of the shape and the values of `frames`; empty where there are none, or none that changes: those say nothing of
/// which recording it is.
std::string stream_hash(const Frames& frames);

}  // namespace pskd::data
