// Skeleton streams: what a skeleton network sees of a pose sequence.
#pragma once

#include <span>

#include "pskd/data/clip.hpp"
#include "pskd/data/topology.hpp"

namespace pskd::signal {

/// The streams in the order of SkeletonStream (pskd/config/models.hpp), three channels (x, y, z; 2-D: x, y, confidence)
/// each: joint: position relative to the center joint's mean over the clip, meters; bone: joint minus parent, meters (0
/// for the root); motion: next frame minus this one, meters per frame (0 for the last).
inline constexpr int kStreamChannels = 9;

/// Subtracts the center joint's mean position over the clip from every joint's (confidences stay). `poses` is [T, V *
/// 3].
void center_poses(data::Frames& poses, const data::Topology& topology);

/// Writes the streams of `poses` ([T, V * 3]) to `out`, [kStreamChannels, T, V].
void write_streams(const data::Frames& poses, const data::Topology& topology, std::span<float> out);

}  // namespace pskd::signal
