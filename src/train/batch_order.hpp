// In which order the clips of an epoch come, where some have labels and some have none.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/random.hpp"

namespace pskd::train {

/// How many training clips there are. Those with labels are numbered first: 0 .. labeled - 1.
struct ClipCounts {
  std::int64_t labeled = 0, unlabeled = 0;
};

/// How many clips an epoch has: those of one kind where the share is 0 or 1, else all. Throws Error(config) where there
/// are no clips of a kind that the share asks for.
std::int64_t epoch_clips(const ClipCounts& counts, std::optional<double> labeled_share);

/// The clips of an epoch, batch after batch; batch_rows of the same `batch` finds each batch again.
///
/// Without a share every clip comes once, at random. With a share s, of every batch s of the clips have labels, rounded
/// so that it holds over the epoch. Of each kind every clip comes once before one comes again. Throws as epoch_clips.
std::vector<std::int64_t> batch_order(const ClipCounts& counts, std::optional<double> labeled_share, int batch,
                                      RandomStream& stream);

}  // namespace pskd::train
