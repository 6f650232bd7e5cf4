#include "epoch.hpp"

#include "base/random.hpp"

namespace {

constexpr std::uint64_t kKey = 1;

}  // namespace

Epochs::Epochs(const pskd::config::StageConfig& stage, const pskd::train::Renderer& renderer,
               const std::vector<pskd::data::Clip>& clips)
    : renderer_(renderer),
      clips_(clips),
      bench_(stage, pskd::train::data_shape(renderer, pskd::model::DataShape{}.classes)),
      labels_(pskd::train::label_tensor(clips)),
      steps_(pskd::train::steps_per_epoch(labels_.size(0), stage.batch)) {}

void Epochs::train() {
  const pskd::model::Input views =
      pskd::train::render_augmented(renderer_, pskd::train::recordings(clips_), {false, true}, kKey, epoch_);
  pskd::RandomStream stream(pskd::stream_key(kKey, "order", epoch_));
  const torch::Tensor order = torch::tensor(stream.permutation(labels_.size(0)), torch::kInt64);
  for (int step = 0; step < steps_; ++step) {
    const torch::Tensor rows = pskd::train::batch_rows(order, step, steps_);
    bench_.step(pskd::model::select_clips(views, rows), labels_.index_select(0, rows));
  }
  ++epoch_;
}
