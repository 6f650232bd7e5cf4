// Recordings that nobody labeled.
#pragma once

namespace pskd::data {

/// The class of theirs, which is the last one of a data set that has some. No protocol keeps it, so that they can be
/// unlabeled and nothing else.
inline constexpr const char* kNoLabel = "(no label)";

}  // namespace pskd::data
