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

/// The clips of an epoch, batch after batch; batch_rows of the same `batch` finds each batch again.
///
/// Without a share every clip comes once, at random. With a share s, of every batch s of the clips have labels, rounded
/// so that it holds over the epoch; the epoch is as long as without. Of each kind every clip comes once before one
/// comes again. With s = 0 or 1 the epoch holds the clips of one kind, each once. Throws Error(config) where there are
/// no clips of a kind that the share asks for.
std::vector<std::int64_t> batch_order(const ClipCounts& counts, std::optional<double> labeled_share, int batch,
                                      RandomStream& stream);

}  // namespace pskd::train
