#include "train/batch_order.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pskd/base/error.hpp"
#include "train/train_step.hpp"

namespace pskd::train {
namespace {

/// Clips of one kind without end: each once, at random, before one comes again.
class Supply {
 public:
  Supply(std::int64_t first, std::int64_t count, RandomStream& stream)
      : first_(first), count_(count), stream_(stream) {}

  std::int64_t next() {
    if (at_ == order_.size()) {
      order_ = stream_.permutation(count_);
      at_ = 0;
    }
    return first_ + order_[at_++];
  }

 private:
  std::int64_t first_, count_;
  RandomStream& stream_;
  std::vector<std::int64_t> order_ = {};
  std::size_t at_ = 0;
};

void require_clips(std::int64_t count, const char* kind) {
  if (count > 0) return;
  throw Error(ErrorKind::config,
              std::string("labeled_share: the protocol has no ") + kind + " training clip, which this share asks for");
}

}  // namespace

std::int64_t epoch_clips(const ClipCounts& counts, std::optional<double> labeled_share) {
  if (labeled_share && *labeled_share > 0) require_clips(counts.labeled, "labeled");
  if (labeled_share && *labeled_share < 1) require_clips(counts.unlabeled, "unlabeled");
  if (labeled_share == 0.0) return counts.unlabeled;
  if (labeled_share == 1.0) return counts.labeled;
  return counts.labeled + counts.unlabeled;
}

std::vector<std::int64_t> batch_order(const ClipCounts& counts, std::optional<double> labeled_share, int batch,
                                      RandomStream& stream) {
  const std::int64_t clips = epoch_clips(counts, labeled_share);
  if (!labeled_share) return stream.permutation(clips);
  Supply labeled(0, counts.labeled, stream), unlabeled(counts.labeled, counts.unlabeled, stream);
  const int steps = steps_per_epoch(clips, batch);
  std::vector<std::int64_t> order;
  std::int64_t with_label = 0;  // so far
  for (int step = 0; step < steps; ++step) {
    const std::int64_t end = clips * (step + 1) / steps;
    const auto wanted = static_cast<std::int64_t>(std::llround(*labeled_share * static_cast<double>(end)));
    while (std::ssize(order) < end)
      order.push_back(with_label < wanted ? (++with_label, labeled.next()) : unlabeled.next());
  }
  return order;
}

}  // namespace pskd::train
